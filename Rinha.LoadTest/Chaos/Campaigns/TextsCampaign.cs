using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using Rinha.LoadTest.Chaos.Texts;

namespace Rinha.LoadTest.Chaos.Campaigns;

/// <summary>
/// Posts every character of Unicode and what means something to SQL, as it is and escaped, and reads it back from
/// statements and from the file: the same, byte for byte.
/// </summary>
internal sealed class TextsCampaign : ICampaign
{
    private const int StatementEntries = 10;
    private const int Accounts = 5;
    private const int EveryTexts = 111_207; // 1,112,064 characters, ten in a text.
    private const int ShortTextsPerPlane = 60;
    private const int ShortTexts = (17 * ShortTextsPerPlane) + 26;

    /// <inheritdoc/>
    public string Name => "texts";

    /// <inheritdoc/>
    public string Fault => "every character, and what means something to SQL";

    /// <inheritdoc/>
    public int Times(bool isShort) => 2 * (HostileTexts.All.Count + (isShort ? ShortTexts : EveryTexts));

    /// <inheritdoc/>
    public void Run(CampaignRun run)
    {
        using var bank = new Bank(run);
        bank.Start();
        using var first = new KeptConnection(bank.Past(bank.Apis[0]));
        using var second = new KeptConnection(bank.Past(bank.Apis[1]));
        using var front = new KeptConnection(bank.Front);
        KeptConnection[] connections = [first, second, front];
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
        run.Measured(string.Create(
            CultureInfo.InvariantCulture,
            $"{sent.Distinct(StringComparer.Ordinal).Count():N0} texts, each in two forms"));
    }

    private static void Post(CampaignRun run, KeptConnection connection, int account, string[] batch, bool isEscaped)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/clientes/{account}/transacoes");
        connection.Send([.. batch.SelectMany(text => TextJson.Post(path, text, isEscaped))]);
        foreach (var text in batch)
        {
            var (status, body) = connection.Receive();
            run.Check(status == 200, () => $"{Codes(text)} is answered with {status}: {body}");
            run.Tried();
        }
    }

    private static void Read(CampaignRun run, KeptConnection connection, int account, string[] batch)
    {
        connection.Send(Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"GET /clientes/{account}/extrato HTTP/1.1\r\nHost: a\r\n\r\n")));
        var (status, body) = connection.Receive();
        var read = status == 200 ? TextJson.Descriptions(body).Take(batch.Length).Reverse().ToList() : [];
        run.Check(
            read.SequenceEqual(batch, StringComparer.Ordinal),
            () => $"sent {string.Join(" | ", batch.Select(Codes))}, "
                + $"the statement has {string.Join(" | ", read.Select(Codes))}");
    }

    // One after the other, so the order of the rows is that of the posts.
    private static void CheckFile(CampaignRun run, string databasePath, List<string> sent)
    {
        using var connection = new SqliteConnection($"Data Source={databasePath};Mode=ReadWrite;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT CAST(descricao AS BLOB) FROM transacoes ORDER BY id";
        using var reader = command.ExecuteReader();
        var count = 0;
        while (reader.Read())
        {
            var bytes = reader.GetFieldValue<byte[]>(0);
            var text = count < sent.Count ? sent[count] : "";
            run.Check(
                bytes.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(text)),
                () => $"sent {Codes(text)}, the file has {Convert.ToHexString(bytes)}");
            count++;
        }

        run.Check(count == sent.Count, () => $"{sent.Count} sent, {count} rows");
    }

    private static string Codes(string text) =>
        string.Join(' ', text.Select(letter => ((int)letter).ToString("X4", CultureInfo.InvariantCulture)));
}
