using Rinha.Chaos.Fuzz;

namespace Rinha.Chaos.Inputs;

// Posts every Unicode character and SQL metacharacters, raw and escaped, and reads them back from statements and from
// the file: each must be the same, byte for byte.
internal static class TextsCampaign
{
    private const int StatementEntries = 10;
    private const int UnicodeTexts = 111_207; // 1,112,064 characters, ten in a text.
    private const int ShortTextsPerPlane = 60;

    public static int AllTexts => 2 * (HostileTexts.All.Count + UnicodeTexts);

    public static int ShortTexts => 2 * (HostileTexts.All.Count + (17 * ShortTextsPerPlane) + 26);

    public static void Run(CampaignRun run)
    {
        using var bank = new Bank(run);
        bank.Start();
        List<FuzzLane> connections =
        [
            .. bank.Apis.Select(api => new FuzzLane(bank.DirectTo(api), isFront: false)),
            new(bank.Front, isFront: true),
        ];
        var texts = run.Settings.IsShort ? PlaneTexts.Sample(run.Random, ShortTextsPerPlane) : PlaneTexts.All();
        var sent = new List<string>();
        foreach (var batch in HostileTexts.All.Concat(texts).Chunk(StatementEntries))
        {
            foreach (var isEscaped in new[] { false, true })
            {
                var index = sent.Count / StatementEntries;
                var account = (index % Clients) + 1;
                // Writes over one connection and reads over the next: all must show the same.
                Post(run, connections[index % connections.Count], account, batch, isEscaped);
                Read(run, connections[(index + 1) % connections.Count], account, batch);
                sent.AddRange(batch);
            }
        }

        connections.ForEach(connection => connection.Dispose());
        CheckFile(run, bank.DatabasePath, sent);
        LedgerCheck.CheckStorage(run, bank.Ledger);
        run.AddResult($"{sent.Distinct(StringComparer.Ordinal).Count():N0} texts, each in two forms");
    }

    private static void Post(CampaignRun run, FuzzLane connection, int account, string[] batch, bool isEscaped)
    {
        var path = $"/clientes/{account}/transacoes";
        var answers = Ask(connection, string.Concat(batch.Select(text => Post(path, text, isEscaped))), batch.Length);
        foreach (var (text, (status, body)) in batch.Zip(answers))
        {
            run.Check(status == 200, () => $"{Codes(text)} got {status}: {body}");
            run.CountTry();
        }
    }

    private static void Read(CampaignRun run, FuzzLane connection, int account, string[] batch)
    {
        var request = RequestGrammar.Head($"GET /clientes/{account}/extrato HTTP/1.1", ["Host: a"]);
        var (_, body) = Ask(connection, request, 1)[0];
        var lines = new List<StatementLine>();
        _ = BankAnswer.TryReadEntries(Encoding.UTF8.GetBytes(body), lines);
        var read = lines.Select(line => line.Text).Take(batch.Length).Reverse().ToList();
        run.Check(
            read.SequenceEqual(batch, StringComparer.Ordinal),
            () => $"sent {string.Join(" | ", batch.Select(Codes))}, "
                + $"the statement has {string.Join(" | ", read.Select(Codes))}");
    }

    // A credit of one cent with the text as description, raw where JSON allows or all escaped; one char per byte.
    private static string Post(string path, string text, bool isEscaped)
    {
        var letters = text.Select(letter =>
            isEscaped || letter is < ' ' or '"' or '\\' ? $"\\u{(int)letter:x4}" : $"{letter}");
        var json = $$"""{"valor":1,"tipo":"c","descricao":"{{string.Concat(letters)}}"}""";
        var body = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(json));
        string[] headers = ["Host: a", "Content-Type: application/json", $"Content-Length: {body.Length}"];
        return RequestGrammar.Head($"POST {path} HTTP/1.1", headers) + body;
    }

    private static IReadOnlyList<(int Status, string Body)> Ask(FuzzLane connection, string requests, int count)
    {
        var answers = connection.Ask(new FuzzCase(requests, FuzzOutcome.Anything, count));
        return answers.All.Count == count
            ? answers.All
            : throw new ChaosException($"{answers.All.Count} of {count} answers, then '{answers.Remainder}'");
    }

    // The posts were sequential, so the rows have their order.
    private static void CheckFile(CampaignRun run, string databasePath, List<string> sent)
    {
        using var connection = new SqliteLedgerSource(databasePath).Open();
        var count = 0;
        connection.ForEach("SELECT CAST(descricao AS BLOB) FROM transacoes ORDER BY id", row =>
        {
            var bytes = row.GetFieldValue<byte[]>(0);
            var text = count < sent.Count ? sent[count] : "";
            run.Check(
                bytes.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(text)),
                () => $"sent {Codes(text)}, the file has {Convert.ToHexString(bytes)}");
            count++;
        });
        run.Check(count == sent.Count, () => $"{sent.Count} sent, {count} rows");
    }

    private static string Codes(string text) =>
        string.Join(' ', text.Select(letter => ((int)letter).ToString("X4", CultureInfo.InvariantCulture)));
}

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

internal static class PlaneTexts
{
    private const int TextScalars = 10;
    private const int PlaneScalars = 0x10000;
    private const int Planes = 17;

    public static IEnumerable<string> All() =>
        Enumerable.Range(0, Planes * PlaneScalars).Where(Rune.IsValid).Chunk(TextScalars).Select(Text);

    // A random sample of each plane, and all of the first 256 characters.
    public static IEnumerable<string> Sample(Random random, int textsPerPlane)
    {
        foreach (var text in Enumerable.Range(0, 256).Chunk(TextScalars))
        {
            yield return Text(text);
        }

        for (var index = 0; index < Planes * textsPerPlane; index++)
        {
            var plane = index / textsPerPlane;
            yield return Text([.. Scalars(random, plane).Where(Rune.IsValid).Take(random.Next(1, TextScalars + 1))]);
        }
    }

    private static IEnumerable<int> Scalars(Random random, int plane)
    {
        while (true)
        {
            yield return (plane * PlaneScalars) + random.Next(PlaneScalars);
        }
    }

    private static string Text(int[] scalars) => string.Concat(scalars.Select(value => new Rune(value).ToString()));
}
