using System.Text;
using Microsoft.Data.Sqlite;
using Rinha.LoadTest.Run;

namespace Rinha.LoadTest.Check;

/// <summary>The ledger's tables, read from the database file in one snapshot (schema.sql).</summary>
internal sealed class LedgerRows
{
    private LedgerRows()
    {
    }

    /// <summary>The transactions whose text is one of a load run's, by that text.</summary>
    public Dictionary<long, Row> Rows { get; } = [];

    /// <summary>Every client's balance beside its history.</summary>
    public List<Client> Clients { get; } = [];

    /// <summary>Reads the file; writers go on meanwhile.</summary>
    /// <exception cref="SqliteException">It cannot be read, or is not a ledger.</exception>
    public static LedgerRows Read(string path)
    {
        var ledger = new LedgerRows();
        // Read-write although nothing is written: a reader of a WAL needs its shared memory.
        using var connection = new SqliteConnection($"Data Source={path};Mode=ReadWrite;Pooling=False");
        connection.Open();
        using var snapshot = connection.BeginTransaction(deferred: true);
        ledger.ReadRows(connection);
        ledger.ReadClients(connection);
        return ledger;
    }

    private void ReadRows(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT cliente_id, valor, tipo, descricao FROM transacoes";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            if (!TextCode.TryRead(Encoding.UTF8.GetBytes(reader.GetString(3)), out var text))
            {
                continue;
            }

            var cents = reader.GetString(2) == "d" ? -reader.GetInt64(1) : reader.GetInt64(1);
            var count = Rows.TryGetValue(text, out var known) ? known.Count + 1 : 1;
            Rows[text] = new Row(reader.GetInt32(0), cents, count);
        }
    }

    private void ReadClients(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = """
            SELECT c.id, c.saldo, c.ultima_seq, count(t.seq),
                   coalesce(sum(CASE t.tipo WHEN 'c' THEN t.valor ELSE -t.valor END), 0)
            FROM clientes AS c LEFT JOIN transacoes AS t ON t.cliente_id = c.id GROUP BY c.id
            """;
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            Clients.Add(new Client(
                reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4)));
        }
    }

    /// <summary>One transaction.</summary>
    /// <param name="ClientId">Whose.</param>
    /// <param name="SignedCents">What it adds to the balance.</param>
    /// <param name="Count">How often its text is there.</param>
    public readonly record struct Row(int ClientId, long SignedCents, int Count);

    /// <summary>One client.</summary>
    /// <param name="Id">Its number.</param>
    /// <param name="BalanceCents">Its balance.</param>
    /// <param name="Sequence">Its newest transaction's number.</param>
    /// <param name="Rows">How many transactions it has.</param>
    /// <param name="SumCents">What they add up to.</param>
    public readonly record struct Client(long Id, long BalanceCents, long Sequence, long Rows, long SumCents);
}
