using Rinha.Server.Http;

namespace Rinha.Server.Tests.Http;

/// <summary>Bodies of a transaction: what must be accepted with which values, and what must be refused why.</summary>
public static class Bodies
{
    private const string Malformed = nameof(TransactionError.Malformed);
    private const string Duplicate = nameof(TransactionError.DuplicateField);
    private const string Missing = nameof(TransactionError.MissingField);
    private const string Amount = nameof(TransactionError.InvalidAmount);
    private const string Kind = nameof(TransactionError.InvalidKind);
    private const string Text = nameof(TransactionError.InvalidDescription);

    /// <summary>The body, then valor, tipo and descricao as they must be read.</summary>
    public static TheoryData<string, long, string, string> Accepted { get; } = new()
    {
        { """{"valor": 1000, "tipo": "c", "descricao": "descricao"}""", 1000, "c", "descricao" },
        { """{"valor":1,"tipo":"d","descricao":"devolve"}""", 1, "d", "devolve" },
        { """{"descricao":"x","tipo":"c","valor":2}""", 2, "c", "x" },
        { "\t\r\n {\"valor\" :\t7 ,\r\n\"tipo\": \"c\" , \"descricao\":\"x\" }\n \t\r", 7, "c", "x" },
        { """{"valor":9007199254740991,"tipo":"c","descricao":"x"}""", 9007199254740991, "c", "x" },
        { """{"valor":2147483648,"tipo":"c","descricao":"x"}""", 2147483648, "c", "x" },
        { """{"valor":1,"tipo":"c","descricao":"1234567890"}""", 1, "c", "1234567890" },
        { """{"valor":1,"tipo":"c","descricao":" "}""", 1, "c", " " },
        { """{"valor":1,"tipo":"c","descricao":"ãçõéíÁÊÔàü"}""", 1, "c", "ãçõéíÁÊÔàü" },
        { """{"valor":1,"tipo":"c","descricao":"💰💸💳🏦💱💲🪙💴💵💶"}""", 1, "c", "💰💸💳🏦💱💲🪙💴💵💶" },
        { """{"valor":1,"tipo":"c","descricao":"\"\\\/\b\f\n\r\t"}""", 1, "c", "\"\\/\b\f\n\r\t" },
        { """{"valor":1,"tipo":"c","descricao":"a\u0000b"}""", 1, "c", "a\0b" },
        { """{"valor":1,"tipo":"c","descricao":"\u0000"}""", 1, "c", "\0" },
        { """{"valor":1,"tipo":"c","descricao":"\u00e7\u00E7"}""", 1, "c", "çç" },
        { """{"valor":1,"tipo":"c","descricao":"\ud83d\ude00"}""", 1, "c", "😀" },
        { Escaped(@"\uD83D\uDE00", 10), 1, "c", string.Concat(Enumerable.Repeat("😀", 10)) },
        { Escaped(@"\u0031", 10), 1, "c", "1111111111" },
        { "{\"valor\":1,\"tipo\":\"c\",\"descricao\":\"\u007f\u2028\ufeff\"}", 1, "c", "\u007f\u2028\ufeff" },
        { """{"\u0076alor":1,"tip\u006f":"\u0063","descricao":"x"}""", 1, "c", "x" },
        { """{"valor":1,"tipo":"\u0064","descricao":"x"}""", 1, "d", "x" },
        { """{"valor":1,"tipo":"c","descricao":"x","outro":1}""", 1, "c", "x" },
        { """{"a":{"valor":[2,{"tipo":"d"}]},"valor":1,"b":null,"tipo":"c","c":true,"descricao":"x"}""", 1, "c", "x" },
        { """{"Valor":9,"TIPO":"x","Descricao":null,"valor":1,"tipo":"c","descricao":"x"}""", 1, "c", "x" },
        { """{"":1,"valor ":9,"valor":1,"tipo":"c","descricao":"x"}""", 1, "c", "x" },
    };

    /// <summary>The body and the name of its error.</summary>
    public static TheoryData<string, string> Refused { get; } = new()
    {
        // The contest's own five.
        { """{"valor": 1.2, "tipo": "d", "descricao": "devolve"}""", Amount },
        { """{"valor": 1, "tipo": "x", "descricao": "devolve"}""", Kind },
        { """{"valor": 1, "tipo": "c", "descricao": "123456789 e mais um pouco"}""", Text },
        { """{"valor": 1, "tipo": "c", "descricao": ""}""", Text },
        { """{"valor": 1, "tipo": "c", "descricao": null}""", Text },

        { """{"valor":0,"tipo":"c","descricao":"x"}""", Amount },
        { """{"valor":-0,"tipo":"c","descricao":"x"}""", Amount },
        { """{"valor":-1,"tipo":"c","descricao":"x"}""", Amount },
        { """{"valor":1.0,"tipo":"c","descricao":"x"}""", Amount },
        { """{"valor":1e0,"tipo":"c","descricao":"x"}""", Amount },
        { """{"valor":1E2,"tipo":"c","descricao":"x"}""", Amount },
        { """{"valor":100e-2,"tipo":"c","descricao":"x"}""", Amount },
        { """{"valor":9007199254740992,"tipo":"c","descricao":"x"}""", Amount },
        { """{"valor":9223372036854775807,"tipo":"c","descricao":"x"}""", Amount },
        { """{"valor":9223372036854775808,"tipo":"c","descricao":"x"}""", Amount },
        { """{"valor":18446744073709551617,"tipo":"c","descricao":"x"}""", Amount },
        { """{"valor":1e400,"tipo":"c","descricao":"x"}""", Amount },
        { $$"""{"valor":1{{new string('0', 500)}},"tipo":"c","descricao":"x"}""", Amount },
        { """{"valor":"1","tipo":"c","descricao":"x"}""", Amount },
        { """{"valor":"","tipo":"c","descricao":"x"}""", Amount },
        { """{"valor":null,"tipo":"c","descricao":"x"}""", Amount },
        { """{"valor":true,"tipo":"c","descricao":"x"}""", Amount },
        { """{"valor":[1],"tipo":"c","descricao":"x"}""", Amount },
        { """{"valor":{"valor":1},"tipo":"c","descricao":"x"}""", Amount },

        { """{"valor":1,"tipo":"C","descricao":"x"}""", Kind },
        { """{"valor":1,"tipo":"D","descricao":"x"}""", Kind },
        { """{"valor":1,"tipo":"","descricao":"x"}""", Kind },
        { """{"valor":1,"tipo":" c","descricao":"x"}""", Kind },
        { """{"valor":1,"tipo":"c ","descricao":"x"}""", Kind },
        { """{"valor":1,"tipo":"cd","descricao":"x"}""", Kind },
        { """{"valor":1,"tipo":"c\u0000","descricao":"x"}""", Kind },
        { """{"valor":1,"tipo":"credito","descricao":"x"}""", Kind },
        { """{"valor":1,"tipo":null,"descricao":"x"}""", Kind },
        { """{"valor":1,"tipo":1,"descricao":"x"}""", Kind },
        { """{"valor":1,"tipo":99,"descricao":"x"}""", Kind },
        { """{"valor":1,"tipo":false,"descricao":"x"}""", Kind },
        { """{"valor":1,"tipo":["c"],"descricao":"x"}""", Kind },
        { """{"valor":1,"tipo":{},"descricao":"x"}""", Kind },

        { """{"valor":1,"tipo":"c","descricao":"12345678901"}""", Text },
        { """{"valor":1,"tipo":"c","descricao":"ãçõéíÁÊÔàü!"}""", Text },
        { """{"valor":1,"tipo":"c","descricao":"💰💸💳🏦💱💲🪙💴💵💶💷"}""", Text },
        { Escaped(@"\uD83D\uDE00", 11), Text },
        { Escaped(@"\u0031", 11), Text },
        { Escaped(@"\u0031", 300), Text },
        { """{"valor":1,"tipo":"c","descricao":1}""", Text },
        { """{"valor":1,"tipo":"c","descricao":true}""", Text },
        { """{"valor":1,"tipo":"c","descricao":["x"]}""", Text },
        { """{"valor":1,"tipo":"c","descricao":{"descricao":"x"}}""", Text },

        { "{}", Missing },
        { """{"tipo":"c","descricao":"x"}""", Missing },
        { """{"valor":1,"descricao":"x"}""", Missing },
        { """{"valor":1,"tipo":"c"}""", Missing },
        { """{"Valor":1,"tipo":"c","descricao":"x"}""", Missing },
        { """{"valor":1,"Tipo":"c","descricao":"x"}""", Missing },
        { """{"valor":1,"tipo":"c","descrição":"x"}""", Missing },
        { """{"transacao":{"valor":1,"tipo":"c","descricao":"x"}}""", Missing },

        { """{"valor":1,"valor":1,"tipo":"c","descricao":"x"}""", Duplicate },
        { """{"valor":1,"tipo":"c","tipo":"d","descricao":"x"}""", Duplicate },
        { """{"valor":1,"tipo":"c","descricao":"x","descricao":"y"}""", Duplicate },
        { """{"valor":"x","tipo":"c","descricao":"x","v\u0061lor":1}""", Duplicate },

        { "", Malformed },
        { " ", Malformed },
        { "null", Malformed },
        { "true", Malformed },
        { "1", Malformed },
        { "\"c\"", Malformed },
        { "[]", Malformed },
        { """[{"valor":1,"tipo":"c","descricao":"x"}]""", Malformed },
        { "valor=1&tipo=c&descricao=x", Malformed },
        { """{"valor":1,"tipo":"c","descricao":"x"},""", Malformed },
        { """{"valor":1,"tipo":"c","descricao":"x"}}""", Malformed },
        { """{"valor":1,"tipo":"c","descricao":"x"}x""", Malformed },
        { """{"valor":1,"tipo":"c","descricao":"x"}{"valor":1,"tipo":"c","descricao":"x"}""", Malformed },
        { "{\"valor\":1,\"tipo\":\"c\",\"descricao\":\"x\"}\0", Malformed },
        { "\ufeff{\"valor\":1,\"tipo\":\"c\",\"descricao\":\"x\"}", Malformed },
        { """{"valor":1,"tipo":"c","descricao":"x",}""", Malformed },
        { """{,"valor":1,"tipo":"c","descricao":"x"}""", Malformed },
        { """{"valor":1;"tipo":"c";"descricao":"x"}""", Malformed },
        { """{"valor":1 "tipo":"c","descricao":"x"}""", Malformed },
        { """{"valor" 1,"tipo":"c","descricao":"x"}""", Malformed },
        { """{"valor":,"tipo":"c","descricao":"x"}""", Malformed },
        { """{valor:1,"tipo":"c","descricao":"x"}""", Malformed },
        { """{'valor':1,'tipo':'c','descricao':'x'}""", Malformed },
        { """{"valor":01,"tipo":"c","descricao":"x"}""", Malformed },
        { """{"valor":+1,"tipo":"c","descricao":"x"}""", Malformed },
        { """{"valor":.5,"tipo":"c","descricao":"x"}""", Malformed },
        { """{"valor":1.,"tipo":"c","descricao":"x"}""", Malformed },
        { """{"valor":0x1,"tipo":"c","descricao":"x"}""", Malformed },
        { """{"valor":NaN,"tipo":"c","descricao":"x"}""", Malformed },
        { """{"valor":Infinity,"tipo":"c","descricao":"x"}""", Malformed },
        { """{"valor":1,"tipo":"c","descricao":"x"/*y*/}""", Malformed },
        { "{\"valor\":1,//\n\"tipo\":\"c\",\"descricao\":\"x\"}", Malformed },
        { "{\"valor\":1,\"tipo\":\"c\",\"descricao\":\"a\nb\"}", Malformed },
        { "{\"valor\":1,\"tipo\":\"c\",\"descricao\":\"a\0b\"}", Malformed },
        { """{"valor":1,"tipo":"c","descricao":"\x"}""", Malformed },
        { """{"valor":1,"tipo":"c","descricao":"\u12"}""", Malformed },
        { """{"valor":1,"tipo":"c","descricao":"\u12G4"}""", Malformed },
        { """{"valor":1,"tipo":"c","descricao":"x","a":[1,]}""", Malformed },
        { """{"valor":1,"tipo":"c","descricao":"x","a":[}""", Malformed },
        { """{"valor":1,"tipo":"c","descricao":"x","a":nul}""", Malformed },
        { "{\"valor\":1,\"tipo\":\"c\",\"descricao\":\"x\",\"a\":" + Nested(2000) + "}", Malformed },
        { new string('[', 4000), Malformed },
        { string.Concat(Enumerable.Repeat("{\"a\":", 800)), Malformed },
    };

    /// <summary>Lone surrogates, as escapes; JSON's grammar allows them, Unicode does not.</summary>
    public static TheoryData<string> LoneSurrogates { get; } =
    [
        """{"valor":1,"tipo":"c","descricao":"\ud800"}""",
        """{"valor":1,"tipo":"c","descricao":"\udc00"}""",
        """{"valor":1,"tipo":"c","descricao":"\ud800x"}""",
        """{"valor":1,"tipo":"c","descricao":"x\ud83d"}""",
        """{"valor":1,"tipo":"c","descricao":"\ude00\ud83d"}""",
        """{"valor":1,"tipo":"c","descricao":"\ud83d\ud83d"}""",
        """{"valor":1,"tipo":"c","descricao":"\ud83d\u0041"}""",
        """{"valor":1,"tipo":"\ud800","descricao":"x"}""",
        """{"valor":1,"tipo":"c","descricao":"x","\ud800":1}""",
    ];

    /// <summary>Bytes, in hexadecimal, that are not UTF-8: put where the description's text would be.</summary>
    public static TheoryData<string> NotUtf8 { get; } =
    [
        "80",
        "BF",
        "C3",
        "C328",
        "C0AF", // overlong
        "E08080", // overlong
        "E282",
        "EDA080", // a surrogate
        "F0808080", // overlong
        "F09F98",
        "F4908080", // beyond U+10FFFF
        "F888808080",
        "FE",
        "FF",
    ];

    /// <summary>A valid body but for the given bytes of its description.</summary>
    public static byte[] WithDescriptionBytes(string hex) =>
        [.. """{"valor":1,"tipo":"c","descricao":" """u8[..^1], .. Convert.FromHexString(hex), .. "\"}"u8];

    private static string Nested(int depth) => new string('[', depth) + new string(']', depth);

    private static string Escaped(string escape, int times) =>
        $$"""{"valor":1,"tipo":"c","descricao":"{{string.Concat(Enumerable.Repeat(escape, times))}}"}""";
}
