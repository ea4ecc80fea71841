using Rinha.Server.Http;

namespace Rinha.Server.Tests.Http;

// Bodies of a transaction: those to accept with their values, and those to refuse with their errors.
public static class Bodies
{
    private const string Malformed = nameof(TransactionError.Malformed);
    private const string Duplicate = nameof(TransactionError.DuplicateField);
    private const string Missing = nameof(TransactionError.MissingField);
    private const string Amount = nameof(TransactionError.InvalidAmount);
    private const string Kind = nameof(TransactionError.InvalidKind);
    private const string Text = nameof(TransactionError.InvalidDescription);

    private static readonly string[] s_badAmounts =
    [
        "0", "-0", "-1", "1.0", "1e0", "1E2", "100e-2", "9007199254740992", "9223372036854775807",
        "9223372036854775808", "18446744073709551617", "1e400", "1" + new string('0', 500), "\"1\"", "\"\"", "null",
        "true", "[1]", """{"valor":1}""",
    ];

    private static readonly string[] s_badKinds =
    [
        "\"C\"", "\"D\"", "\"\"", "\" c\"", "\"c \"", "\"cd\"", "\"c\\u0000\"", "\"credito\"", "null", "1", "99",
        "false", "[\"c\"]", "{}",
    ];

    private static readonly string[] s_badTexts =
    [
        "\"12345678901\"", "\"ãçõéíÁÊÔàü!\"", "\"💰💸💳🏦💱💲🪙💴💵💶💷\"", "1", "true", "[\"x\"]", """{"descricao":"x"}""",
        $"\"{Repeated("e\u0301", 6)}\"", // six accented letters, but twelve scalar values
        $"\"{Repeated(@"\uD83D\uDE00", 11)}\"", $"\"{Repeated(@"\u0031", 11)}\"", $"\"{Repeated(@"\u0031", 300)}\"",
    ];

    private static readonly string[] s_malformed =
    [
        "", " ", "null", "true", "1", "\"c\"", "[]", "valor=1&tipo=c&descricao=x", $"[{With()}]", With() + ",",
        With() + "}", With() + "x", With() + With(), With() + "\0", "\ufeff" + With(),
        With(text: "\"x\","), With(text: "\"x\"/*y*/"), With(text: "\"a\nb\""), With(text: "\"a\0b\""),
        With(text: @"""\x"""), With(text: @"""\u12"""), With(text: @"""\u12G4"""), With(text: "\"x\",\"a\":[1,]"),
        With(text: "\"x\",\"a\":[}"), With(text: "\"x\",\"a\":nul"), With(amount: ""), With(amount: "01"),
        With(amount: "+1"), With(amount: ".5"), With(amount: "1."), With(amount: "0x1"), With(amount: "NaN"),
        With(amount: "Infinity"),
        """{,"valor":1,"tipo":"c","descricao":"x"}""",
        """{"valor":1;"tipo":"c";"descricao":"x"}""",
        """{"valor":1 "tipo":"c","descricao":"x"}""",
        """{"valor" 1,"tipo":"c","descricao":"x"}""",
        """{valor:1,"tipo":"c","descricao":"x"}""",
        """{'valor':1,'tipo':'c','descricao':'x'}""",
        "{\"valor\":1,//\n\"tipo\":\"c\",\"descricao\":\"x\"}",
        With(text: $"\"x\",\"a\":{new string('[', 2000)}{new string(']', 2000)}"),
        new string('[', 4000),
        Repeated("{\"a\":", 800),
    ];

    // Byte sequences, one byte a character: overlong ones, a surrogate and one beyond U+10FFFF among them.
    private static readonly string[] s_notUtf8 =
    [
        "\u0080", "\u00BF", "\u00C3", "\u00C3(", "\u00C0\u00AF", "\u00E0\u0080\u0080", "\u00E2\u0082",
        "\u00ED\u00A0\u0080", "\u00F0\u0080\u0080\u0080", "\u00F0\u009F\u0098", "\u00F4\u0090\u0080\u0080",
        "\u00F8\u0088\u0080\u0080\u0080", "\u00FE", "\u00FF",
    ];

    // Valid JSON, invalid Unicode.
    private static readonly string[] s_loneSurrogates =
    [
        @"\ud800", @"\udc00", @"\ud800x", @"x\ud83d", @"\ude00\ud83d", @"\ud83d\ud83d", @"\ud83d\u0041",
    ];

    // The body and its valor, tipo and descricao.
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
        { With(text: $"\"{Repeated(@"\uD83D\uDE00", 10)}\""), 1, "c", Repeated("😀", 10) },
        { With(text: $"\"{Repeated(@"\u0031", 10)}\""), 1, "c", "1111111111" },
        { "{\"valor\":1,\"tipo\":\"c\",\"descricao\":\"\u007f\u2028\ufeff\"}", 1, "c", "\u007f\u2028\ufeff" },
        { """{"\u0076alor":1,"tip\u006f":"\u0063","descricao":"x"}""", 1, "c", "x" },
        { """{"valor":1,"tipo":"\u0064","descricao":"x"}""", 1, "d", "x" },
        { """{"valor":1,"tipo":"c","descricao":"x","outro":1}""", 1, "c", "x" },
        { """{"a":{"valor":[2,{"tipo":"d"}]},"valor":1,"b":null,"tipo":"c","c":true,"descricao":"x"}""", 1, "c", "x" },
        { """{"Valor":9,"TIPO":"x","Descricao":null,"valor":1,"tipo":"c","descricao":"x"}""", 1, "c", "x" },
        { """{"":1,"valor ":9,"valor":1,"tipo":"c","descricao":"x"}""", 1, "c", "x" },
    };

    // The body and the name of its error.
    public static TheoryData<string, string> Refused { get; } =
    [
        // The contest's five.
        ("""{"valor": 1.2, "tipo": "d", "descricao": "devolve"}""", Amount),
        ("""{"valor": 1, "tipo": "x", "descricao": "devolve"}""", Kind),
        ("""{"valor": 1, "tipo": "c", "descricao": "123456789 e mais um pouco"}""", Text),
        ("""{"valor": 1, "tipo": "c", "descricao": ""}""", Text),
        ("""{"valor": 1, "tipo": "c", "descricao": null}""", Text),

        .. from amount in s_badAmounts select (With(amount: amount), Amount),
        .. from kind in s_badKinds select (With(kind: kind), Kind),
        .. from text in s_badTexts select (With(text: text), Text),
        .. from body in s_malformed select (body, Malformed),

        ("{}", Missing),
        ("""{"tipo":"c","descricao":"x"}""", Missing),
        ("""{"valor":1,"descricao":"x"}""", Missing),
        ("""{"valor":1,"tipo":"c"}""", Missing),
        ("""{"Valor":1,"tipo":"c","descricao":"x"}""", Missing),
        ("""{"valor":1,"Tipo":"c","descricao":"x"}""", Missing),
        ("""{"valor":1,"tipo":"c","descrição":"x"}""", Missing),
        ("""{"transacao":{"valor":1,"tipo":"c","descricao":"x"}}""", Missing),

        ("""{"valor":1,"valor":1,"tipo":"c","descricao":"x"}""", Duplicate),
        ("""{"valor":1,"tipo":"c","tipo":"d","descricao":"x"}""", Duplicate),
        ("""{"valor":1,"tipo":"c","descricao":"x","descricao":"y"}""", Duplicate),
        ("""{"valor":"x","tipo":"c","descricao":"x","v\u0061lor":1}""", Duplicate),

        // Only the error with the highest precedence is reported.
        ("""{"valor":"x","tipo":"x","tipo":"x"}""", Duplicate),
        ("""{"valor":"x","tipo":"x"}""", Missing),
        ("""{"descricao":"","tipo":"x","valor":0}""", Amount),
        ("""{"descricao":"","tipo":"x","valor":1}""", Kind),
    ];

    // Bodies that are not UTF-8 or have a lone surrogate.
    public static IEnumerable<byte[]> NotUnicode =>
    [
        .. from bytes in s_notUtf8
           from body in new[] { With(text: "\"*\""), With(text: "\"x\",\"outro\":\"*\"") }
           select Encoding.Latin1.GetBytes(body.Replace("*", bytes, StringComparison.Ordinal)),
        .. from text in s_loneSurrogates select Encoding.UTF8.GetBytes(With(text: $"\"{text}\"")),
        Encoding.UTF8.GetBytes(With(kind: @"""\ud800""")),
        Encoding.UTF8.GetBytes(With(text: @"""x"",""\ud800"":1")),
    ];

    private static string With(string amount = "1", string kind = "\"c\"", string text = "\"x\"") =>
        $$"""{"valor":{{amount}},"tipo":{{kind}},"descricao":{{text}}}""";

    private static string Repeated(string text, int times) => string.Concat(Enumerable.Repeat(text, times));
}
