using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;

namespace Rinha.LoadTest.Chaos;

/// <summary>The whole ledger as it is in the file, in the order of its commits.</summary>
internal sealed class Books
{
    private const int EntriesMax = 10;
    private const int TextBytesMax = 40;

    private readonly List<(long Id, long BalanceCents, long Sequence, string Newest)> _clients = [];

    /// <summary>The history.</summary>
    public List<PostedRow> Rows { get; } = [];

    /// <summary>Reads the file.</summary>
    /// <exception cref="SqliteException">It cannot be read, or is not a ledger.</exception>
    public static Books Read(string path)
    {
        var books = new Books();
        using var connection = new SqliteConnection($"Data Source={path};Mode=ReadWrite;Pooling=False");
        connection.Open();
        using var snapshot = connection.BeginTransaction(deferred: true);
        books.ReadClients(connection);
        books.ReadRows(connection);
        return books;
    }

    /// <summary>A client's balance.</summary>
    public long BalanceCents(int clientId) => _clients.Single(client => client.Id == clientId).BalanceCents;

    /// <summary>Balance = sum, a sequence without gaps, and the newest entries once more in the client's row.</summary>
    public void Check(CampaignRun run)
    {
        foreach (var (id, balanceCents, sequence, newest) in _clients)
        {
            var own = Rows.Where(row => row.ClientId == id).ToList();
            run.Check(
                balanceCents == own.Sum(row => row.SignedCents),
                () => $"client {id}: balance {balanceCents}, sum {own.Sum(row => row.SignedCents)}");
            run.Check(
                sequence == own.Count && own.Select((row, index) => row.Sequence == index + 1).All(right => right),
                () => $"client {id}: {own.Count} rows, sequence {sequence}, or a gap");
            var entries = string.Concat(own.TakeLast(EntriesMax).Reverse().Select(Entry));
            run.Check(newest == entries, () => $"client {id}: ultimas {newest}, the history has {entries}");
        }
    }

    // One of clientes.ultimas, as hex() shows it (schema.sql).
    private static string Entry(PostedRow row)
    {
        var text = Encoding.UTF8.GetBytes(row.Text);
        var padded = new byte[TextBytesMax];
        text.CopyTo(padded, 0);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{row.AmountCents:X16}{row.PostedAtUs:X16}{(int)row.Kind[0]:X2}{text.Length:X2}")
            + Convert.ToHexString(padded);
    }

    private void ReadClients(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT id, saldo, ultima_seq, hex(ultimas) FROM clientes ORDER BY id";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            _clients.Add((reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetString(3)));
        }
    }

    private void ReadRows(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText =
            "SELECT cliente_id, seq, valor, tipo, descricao, realizada_em FROM transacoes ORDER BY id";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            Rows.Add(new PostedRow(
                reader.GetInt64(0),
                reader.GetInt64(1),
                reader.GetInt64(2),
                reader.GetString(3),
                reader.GetString(4),
                reader.GetInt64(5)));
        }
    }
}
