namespace Rinha.Bench.Http;

/// <summary>Bodies of a transaction.</summary>
internal static class SampleBodies
{
    /// <summary>Bodies of all kinds, on which every way to read one must agree.</summary>
    public static IReadOnlyList<byte[]> All { get; } =
    [
        .. new[]
        {
            """{"valor": 1000, "tipo": "d", "descricao": "descricao"}""",
            """{"valor":1,"tipo":"c","descricao":"x"}""",
            """{"descricao":"1234567890","tipo":"c","valor":9007199254740991}""",
            "\t\r\n {\"valor\" :\t7 ,\r\n\"tipo\": \"c\" , \"descricao\":\"x\" }\n \t\r",
            """{"valor":1,"tipo":"c","descricao":"ãçõéíÁÊÔàü"}""",
            """{"valor":1,"tipo":"c","descricao":"\u00e7\ud83d\ude00\n"}""",
            """{"v\u0061lor":1,"tipo":"\u0064","descricao":"x"}""",
            """{"valor":1,"tipo":"c","descricao":"x","outro":[1,{"tipo":"d"}]}""",
            """{"valor":1.2,"tipo":"d","descricao":"devolve"}""",
            """{"valor":1e2,"tipo":"d","descricao":"devolve"}""",
            """{"valor":"1","tipo":"d","descricao":"devolve"}""",
            """{"valor":0,"tipo":"d","descricao":"devolve"}""",
            """{"valor":-1,"tipo":"d","descricao":"devolve"}""",
            """{"valor":9007199254740992,"tipo":"d","descricao":"devolve"}""",
            """{"valor":9223372036854775808,"tipo":"d","descricao":"devolve"}""",
            """{"valor":1,"tipo":"x","descricao":"devolve"}""",
            """{"valor":1,"tipo":"cd","descricao":"devolve"}""",
            """{"valor":1,"tipo":"c","descricao":"12345678901"}""",
            """{"valor":1,"tipo":"c","descricao":""}""",
            """{"valor":1,"tipo":"c","descricao":null}""",
            """{"valor":1,"tipo":"c"}""",
            """{"valor":1,"valor":1,"tipo":"c","descricao":"x"}""",
            """{"valor":01,"tipo":"c","descricao":"x"}""",
            """{"valor":1,"tipo":"c","descricao":"x",}""",
            """{"valor":1,"tipo":"c","descricao":"x"}}""",
            """{"valor":1 "tipo":"c","descricao":"x"}""",
            """{"valor":1,"tipo":"c","descricao":"x""",
            "{\"valor\":1,\"tipo\":\"c\",\"descricao\":\"a\nb\"}",
            "{}",
            "[]",
            "null",
            "",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    /// <summary>The body that is measured.</summary>
    public static byte[] Of(BodyCase bodyCase) => bodyCase switch
    {
        BodyCase.Valid => """{"valor": 1000, "tipo": "d", "descricao": "descricao"}"""u8.ToArray(),
        BodyCase.InvalidField => """{"valor": 1.2, "tipo": "d", "descricao": "devolve"}"""u8.ToArray(),
        _ => """{"valor": 1000, "tipo": "d", "descricao": "descricao}"""u8.ToArray(),
    };
}
