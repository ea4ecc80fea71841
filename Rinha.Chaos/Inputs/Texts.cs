namespace Rinha.Chaos.Inputs;

/// <summary>Texts that mean something to somebody on the way: SQL, JSON, a shell, HTML, a terminal, Unicode
/// itself.</summary>
internal static class HostileTexts
{
    public static readonly IReadOnlyList<string> All =
    [
        "'", "''", "\"", "\"\"", "`", ";", "--", "/*", "*/", "#", "\\", "\\\\", "\\'", "\\\"", "%", "_", "%%", "?",
        "?1", ":a", "@a", "$a", "$1", "')", "');", "');--", "'; --", "' OR 1=1", "' OR ''='", "\" OR \"\"=",
        "1;DELETE", "DROP TABLE", "UNION ALL", "x'00'", "X'41'", "NULL", "null", "true", "0", "-1", "1e9", "0x10",
        "||'a'||", "char(39)", "a'||'b", "[a]", "[", "]", "{", "}", "{}", ",", ":", "{\"a\":1}", "\\u0000", "\\n",
        "\\x41", "%00", "%27", "%n%s", "${a}", "$(a)", "`id`", "|", "&", "&&", "<", ">", "<a>", "<script>", "&amp;",
        "&#39;", "]]>", "\0", "a\0b", "\0\0\0\0\0\0\0\0\0\0", "'\0;--", "\u0001", "\b", "\t", "\n", "\r", "\r\n",
        "\f", "\u001b[31m", "\u001f", "\u007f", "\u0080", "\u0085", "\u00a0", "\u00ad", "\u2028", "\u2029", "\ufeff",
        "\ufffd", "\uffff", "\ufdd0", "\u200b", "\u200d", "\u200e", "\u200f", "\u202a", "\u202e", "\u2066a\u2069",
        " ", "  ", " a", "a ", "\u3000", "é", "e\u0301", "é", "ﬁ", "ß", "ẞ", "ı", "İ", "i\u0307", "ſ", "Å", "Å", "ñ",
        "n\u0303", "각", "가", "ö\u0323", "q\u0307\u0323", "a\u0300\u0301\u0302\u0303", "＇", "＂", "；", "‘", "’", "ʼ",
        "\ue000", "\uf8ff", "\ud83d\ude00", "\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67",
        "\ud83c\uddeb\ud83c\uddf7", "\ud83d\udc4d\ud83c\udffd", "\udbff\udfff", "\ud800\udc00",
        "😀😁😂😃😄😅😆😇😈😉",
        "مرحبا", "שלום", "नमस्ते", "ไทย", "日本語", "𠜎𠜱", "\U000e0001", "\U000e0100",
    ];
}

/// <summary>Texts of ten characters that together have every character there is, or some of every plane.</summary>
internal static class PlaneTexts
{
    private const int TextScalars = 10;
    private const int PlaneScalars = 0x10000;
    private const int Planes = 17;

    /// <summary>Every Unicode scalar value once, in their order.</summary>
    public static IEnumerable<string> Every() =>
        Enumerable.Range(0, Planes * PlaneScalars).Where(Rune.IsValid).Chunk(TextScalars).Select(Text);

    /// <summary>Some from each plane, and all of the first 256.</summary>
    public static IEnumerable<string> Some(Random random, int textsPerPlane)
    {
        foreach (var text in Enumerable.Range(0, 256).Chunk(TextScalars))
        {
            yield return Text(text);
        }

        for (var index = 0; index < Planes * textsPerPlane; index++)
        {
            var plane = index / textsPerPlane;
            yield return Text([.. Scalars(random, plane).Take(random.Next(1, TextScalars + 1))]);
        }
    }

    private static IEnumerable<int> Scalars(Random random, int plane)
    {
        while (true)
        {
            var value = (plane * PlaneScalars) + random.Next(PlaneScalars);
            if (Rune.IsValid(value))
            {
                yield return value;
            }
        }
    }

    private static string Text(int[] scalars) => string.Concat(scalars.Select(value => new Rune(value).ToString()));
}
