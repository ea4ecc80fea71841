using Rinha.Chaos.Fuzz;

namespace Rinha.Chaos.Inputs;

/// <summary>Posts every character of Unicode and what means something to SQL, as it is and escaped, and reads it back
/// from statements and from the file: the same, byte for byte.</summary>
internal static class TextsCampaign
{
    private const int StatementEntries = 10;
    private const int Accounts = 5;
    private const int EveryTexts = 111_207; // 1,112,064 characters, ten in a text.
    private const int ShortTextsPerPlane = 60;

    /// <summary>Each in two forms: as it is, and escaped.</summary>
    public static int AllTexts => 2 * (HostileTexts.All.Count + EveryTexts);

    public static int ShortTexts => 2 * (HostileTexts.All.Count + (17 * ShortTextsPerPlane) + 26);

    public static void Run(CampaignRun run)
    {
        using var bank = new Bank(run);
        bank.Start();
        using var first = new FuzzLane(bank.Past(bank.Apis[0]), isFront: false);
        using var second = new FuzzLane(bank.Past(bank.Apis[1]), isFront: false);
        using var front = new FuzzLane(bank.Front, isFront: true);
        FuzzLane[] connections = [first, second, front];
        var texts = run.Setting.IsShort ? PlaneTexts.Some(run.Random, ShortTextsPerPlane) : PlaneTexts.Every();
        var sent = new List<string>();
        foreach (var batch in HostileTexts.All.Concat(texts).Chunk(StatementEntries))
        {
            foreach (var isEscaped in new[] { false, true })
            {
                var index = sent.Count / StatementEntries;
                var account = (index % Accounts) + 1;
                // Written over one connection and read over the next: what one server has, the others show.
                Post(run, connections[index % connections.Length], account, batch, isEscaped);
                Read(run, connections[(index + 1) % connections.Length], account, batch);
                sent.AddRange(batch);
            }
        }

        CheckFile(run, bank.DatabasePath, sent);
        LedgerCheck.CheckStorage(run, bank.Ledger);
        run.Measured($"{sent.Distinct(StringComparer.Ordinal).Count():N0} texts, each in two forms");
    }

    private static void Post(CampaignRun run, FuzzLane connection, int account, string[] batch, bool isEscaped)
    {
        var path = $"/clientes/{account}/transacoes";
        byte[] posts = [.. batch.SelectMany(text => TextJson.Post(path, text, isEscaped))];
        var answers = Ask(connection, posts, batch.Length);
        foreach (var (text, (status, body)) in batch.Zip(answers))
        {
            run.Check(status == 200, () => $"{Codes(text)} is answered with {status}: {body}");
            run.Tried();
        }
    }

    private static void Read(CampaignRun run, FuzzLane connection, int account, string[] batch)
    {
        var request = Encoding.ASCII.GetBytes($"GET /clientes/{account}/extrato HTTP/1.1\r\nHost: a\r\n\r\n");
        var (status, body) = Ask(connection, request, 1)[0];
        var read = status == 200 ? TextJson.Descriptions(body).Take(batch.Length).Reverse().ToList() : [];
        run.Check(
            read.SequenceEqual(batch, StringComparer.Ordinal),
            () => $"sent {string.Join(" | ", batch.Select(Codes))}, "
                + $"the statement has {string.Join(" | ", read.Select(Codes))}");
    }

    private static IReadOnlyList<(int Status, string Body)> Ask(FuzzLane connection, byte[] requests, int count)
    {
        var answers = connection.Ask(new FuzzCase(requests, FuzzOutcome.Anything, count));
        return answers.All.Count == count
            ? answers.All
            : throw new ChaosException($"{answers.All.Count} answers of {count}, then '{answers.Rest}'");
    }

    // One after the other, so the order of the rows is that of the posts.
    private static void CheckFile(CampaignRun run, string databasePath, List<string> sent)
    {
        using var connection = new LedgerInFile(databasePath).Open();
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

/// <summary>Writes a text into a post in one of JSON's two ways, and reads texts from a statement.</summary>
internal static class TextJson
{
    /// <summary>A post of one cent with the text as its description.</summary>
    /// <param name="isEscaped">Whether each character is an escape; otherwise only those are that must be.</param>
    public static byte[] Post(string path, string text, bool isEscaped)
    {
        var body = new StringBuilder("{\"valor\":1,\"tipo\":\"c\",\"descricao\":\"");
        foreach (var letter in text)
        {
            if (isEscaped || letter < ' ' || letter is '"' or '\\')
            {
                body.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}");
            }
            else
            {
                body.Append(letter);
            }
        }

        var bytes = Encoding.UTF8.GetBytes(body.Append("\"}").ToString());
        return
        [
            .. Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                + $"Content-Length: {bytes.Length}\r\n\r\n"),
            .. bytes,
        ];
    }

    public static IReadOnlyList<string> Descriptions(string statement)
    {
        using var document = JsonDocument.Parse(statement);
        return
        [
            .. document.RootElement.GetProperty("ultimas_transacoes").EnumerateArray()
                .Select(entry => entry.GetProperty("descricao").GetString()!),
        ];
    }
}
