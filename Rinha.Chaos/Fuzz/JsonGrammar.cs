namespace Rinha.Chaos.Fuzz;

// Generates request bodies as Latin-1 strings, one char per byte: valid transactions in every JSON spelling, and
// near-misses.
internal static class JsonGrammar
{
    private const int DescriptionScalarsMax = 10;
    private const int DepthTooDeep = 70; // The server reads 64 levels.

    private static readonly string[] s_blanks = ["", "", "", " ", "\t", "\n", "\r\n", "   "];

    private static readonly string[] s_otherNames =
    [
        "x", "", "Valor", "VALOR", "valor ", " tipo", "tipo\0", "descrição", "__proto__", "valor\u200b",
        "\ud83d\ude00",
    ];

    private static readonly string[] s_badAmounts =
    [
        "0", "-0", "-1", "1.5", "1.0", "1e3", "1E0", "100e-2", "9007199254740992", "9223372036854775808",
        "99999999999999999999999999", "01", "+1", ".5", "1.", "1e", "NaN", "Infinity", "-", "0x10", "\"100\"", "null",
        "true", "[1]", "{}", "{\"valor\":1}", "1 2", "1_000", "", "１",
    ];

    private static readonly string[] s_badKinds =
    [
        "\"C\"", "\"D\"", "\"x\"", "\"\"", "\"cd\"", "\"c \"", "null", "1", "true", "[\"c\"]", "{}", "c", "'c'",
        "\"ｃ\"",
    ];

    private static readonly string[] s_badTexts =
    [
        "\"\"", "null", "1", "true", "[]", "{}", "[\"a\"]", "\"abcdefghijk\"", "\"\\ud800\"", "\"\\udc00\"",
        "\"\\udc00\\ud800\"", "\"a\\ud83d\"", "\"\\x41\"", "\"\\u12\"", "\"\\u{41}\"", "\"a\nb\"", "\"a\tb\"",
        "\"\u0001\"", "\"a", "a\"", "'a'", "\"a\"b\"", "\"\\\"", "\"\\uD83D\\u0041\"",
    ];

    private static readonly string[] s_badBodies =
        ["", " ", "null", "1", "\"c\"", "[]", "{}", "{", "}", "[{}]", "true", "\0", "{,}", "{\"valor\"}"];

    private static readonly string[] s_badUtf8 =
    [
        "\u00FF", "\u0080", "\u00C0\u0080", "\u00E2\u0082", "\u00ED\u00A0\u0080", "\u00F4\u0090\u0080\u0080",
        "\u00F0\u0080\u0080\u0080",
    ];

    private static readonly string[] s_badFields =
        ["\"x\":", "\"x\"", "x:1", "'x':1", "\"x\":1,", ",", "\"x\":01", "\"x\":tru"];

    public static string Valid(Random random) => Utf8(ValidText(random));

    public static string Invalid(Random random)
    {
        var (amount, kind, text) = (Amount(random), "\"c\"", Literal(random, Text(random)));
        string[] again = [$"\"valor\":{amount}", "\"tipo\":\"d\"", $"\"descricao\":{text}"];
        return random.Next(14) switch
        {
            0 or 1 => Utf8(Object(random, random.Pick(s_badAmounts), kind, text, false)),
            2 => Utf8(Object(random, amount, random.Pick(s_badKinds), text, false)),
            3 or 4 => Utf8(Object(random, amount, kind, random.Pick(s_badTexts), false)),
            5 => Utf8(Object(random, amount, kind, TooLong(random), false)),
            6 => Utf8(WithField(random, random.Pick(again))),
            7 => Utf8(WithoutField(random)),
            8 => Utf8(Wrapped(random, ValidText(random))),
            9 => CutOff(random, Valid(random)),
            10 => WithBadUtf8(random),
            11 => Utf8(WithField(random, $"\"x\":{Deep(random)}")),
            12 => Utf8(random.Pick(s_badBodies)),
            _ => Utf8(WithField(random, random.Pick(s_badFields))),
        };
    }

    public static string Huge(Random random) =>
        Utf8(WithField(random, $"\"x\":\"{new string('x', random.Next(4_100, 20_000))}\""));

    private static string Text(Random random) => string.Concat(
        Enumerable.Range(0, random.Next(1, DescriptionScalarsMax + 1)).Select(_ => Scalar(random).ToString()));

    private static string ValidText(Random random) => Object(
        random,
        Amount(random),
        random.Next(3) == 0 ? "\"d\"" : Literal(random, "c"),
        Literal(random, Text(random)),
        hasMore: true);

    private static Rune Scalar(Random random) => random.Next(10) switch
    {
        < 5 => new Rune(random.Next(0x20, 0x7F)),
        5 => new Rune(random.Next(0x00, 0x20)),
        6 => new Rune(random.Next(0x7F, 0x800)),
        7 => new Rune(random.Next(0x800, 0xD800)),
        8 => new Rune(random.Next(0xE000, 0x10000)),
        _ => new Rune(random.Next(0x10000, 0x110000)),
    };

    private static string Utf8(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    private static string Blank(Random random) => random.Pick(s_blanks);

    // Mostly small: a thousand of the largest would overflow a balance.
    private static string Amount(Random random) =>
        (random.Next(1_000) == 0 ? random.NextInt64(1, 9_007_199_254_740_992) : random.Next(1, 10_000))
        .ToString(CultureInfo.InvariantCulture);

    private static string Object(Random random, string amount, string kind, string text, bool hasMore)
    {
        var fields = new List<string>
        {
            $"{Literal(random, "valor")}{Blank(random)}:{Blank(random)}{amount}",
            $"{Literal(random, "tipo")}{Blank(random)}:{Blank(random)}{kind}",
            $"{Literal(random, "descricao")}{Blank(random)}:{Blank(random)}{text}",
        };
        for (var more = hasMore ? random.Next(-2, 3) : 0; more > 0; more--)
        {
            fields.Add($"{Literal(random, random.Pick(s_otherNames))}:{Value(random, random.Next(4))}");
        }

        random.Shuffle(CollectionsMarshal.AsSpan(fields));
        var comma = $"{Blank(random)},{Blank(random)}";
        return $"{Blank(random)}{{{Blank(random)}{string.Join(comma, fields)}{Blank(random)}}}{Blank(random)}";
    }

    private static string Value(Random random, int depth) => random.Next(depth > 0 ? 8 : 6) switch
    {
        0 => "null",
        1 => "true",
        2 => random.NextDouble().ToString("R", CultureInfo.InvariantCulture),
        3 => "-1.5e-300",
        4 => Literal(random, Text(random)),
        5 => "\"\\ud800\"", // An unknown field needs only valid syntax.
        6 => $"[{Value(random, depth - 1)},{Value(random, depth - 1)}]",
        _ => $"{{\"valor\":{Value(random, depth - 1)}}}",
    };

    // Writes each character raw where JSON allows it, as \u with four hex digits, or as its short escape.
    private static string Literal(Random random, string text)
    {
        var literal = new StringBuilder("\"");
        var escapes = random.Next(8) == 0;
        foreach (var letter in text)
        {
            var isEscaped = letter is < ' ' or '"' or '\\' || (escapes && random.Next(3) == 0);
            literal.Append(isEscaped ? Escape(random, letter) : letter.ToString());
        }

        // A half-escaped surrogate pair is invalid: escape both halves.
        var whole = literal.Append('"').ToString();
        return whole.Any(char.IsSurrogate) && whole.Contains("\\u", StringComparison.Ordinal)
            ? '"' + string.Concat(text.Select(letter => Escape(random, letter))) + '"'
            : whole;
    }

    private static string Escape(Random random, char letter)
    {
        var at = "\"\\/\b\f\n\r\t".IndexOf(letter, StringComparison.Ordinal);
        return random.Next(2) == 1 ? $"\\u{(int)letter:X4}"
            : at < 0 ? $"\\u{(int)letter:x4}"
            : $"\\{"\"\\/bfnrt"[at]}";
    }

    private static string TooLong(Random random) =>
        Literal(random, string.Concat(Enumerable.Repeat(Text(random), DescriptionScalarsMax + 1)));

    private static string CutOff(Random random, string whole) => whole[..random.Next(whole.LastIndexOf('}'))];

    private static string WithField(Random random, string field)
    {
        var body = Object(random, Amount(random), "\"c\"", "\"a\"", false);
        return body.Insert(body.IndexOf('{', StringComparison.Ordinal) + 1, field + ",");
    }

    private static string WithoutField(Random random)
    {
        var fields = new List<string> { "\"valor\":1", "\"tipo\":\"c\"", "\"descricao\":\"a\"" };
        fields.RemoveAt(random.Next(3));
        return $"{{{string.Join(',', fields)}}}";
    }

    private static string Wrapped(Random random, string body) => random.Next(9) switch
    {
        0 => "\ufeff" + body,
        1 => "//x\n" + body,
        2 => body + "/*x*/",
        3 => body + body,
        4 => body + ",",
        5 => body + "\0",
        6 => $"[{body}]",
        7 => body.Insert(body.LastIndexOf('}'), ","),
        _ => "{" + body + "}",
    };

    private static string Deep(Random random)
    {
        var depth = random.Next(DepthTooDeep, 1_500);
        return new string('[', depth) + (random.Next(2) == 0 ? new string(']', depth) : "");
    }

    private static string WithBadUtf8(Random random)
    {
        var (name, before) = random.Next(2) == 0 ? ("descricao", "") : ("x", "\"descricao\":\"a\",");
        return $"{{\"valor\":1,\"tipo\":\"c\",{before}\"{name}\":\"{random.Pick(s_badUtf8)}\"}}";
    }
}
