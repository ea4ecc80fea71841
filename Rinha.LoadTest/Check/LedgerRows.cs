using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Data.Sqlite;
using Rinha.LoadTest.Run;

namespace Rinha.LoadTest.Check;

/// <summary>The ledger's tables, read from the database file in one snapshot (schema.sql).</summary>
internal sealed class LedgerRows
{
    // By number. What a history adds up to is known when all rows have been read.
    private readonly Dictionary<long, Client> _clients = [];
    private readonly Dictionary<long, NewestRows> _newest = [];

    private LedgerRows()
    {
    }

    /// <summary>The transactions whose text is one of a load run's, by that text.</summary>
    public Dictionary<long, Row> Rows { get; } = [];

    /// <summary>How many transactions have another text, which no load run gives.</summary>
    public long Others { get; private set; }

    /// <summary>Every client's balance beside its history.</summary>
    public IEnumerable<Client> Clients => _clients.Values.OrderBy(client => client.Id);

    /// <summary>Reads the file; writers go on meanwhile.</summary>
    /// <exception cref="SqliteException">It cannot be read, or is not a ledger.</exception>
    public static LedgerRows Read(string path)
    {
        var ledger = new LedgerRows();
        // Read-write although nothing is written: a reader of a WAL needs its shared memory.
        using var connection = new SqliteConnection($"Data Source={path};Mode=ReadWrite;Pooling=False");
        connection.Open();
        using var snapshot = connection.BeginTransaction(deferred: true);
        ledger.ReadClients(connection);
        ledger.ReadRows(connection);
        ledger.ReadNewest(connection);
        return ledger;
    }

    private void ReadClients(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT id, limite, saldo, ultima_seq FROM clientes";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var id = reader.GetInt64(0);
            _clients[id] = new Client(id, reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3));
            _newest[id] = new NewestRows();
        }
    }

    // The history is in the order of its commits and has no index: everything is found in one pass.
    private void ReadRows(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText =
            "SELECT cliente_id, seq, valor, tipo, descricao, realizada_em FROM transacoes ORDER BY id";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var clientId = reader.GetInt64(0);
            var (amountCents, kind, description) = (reader.GetInt64(2), reader.GetString(3), reader.GetString(4));
            var cents = kind == "d" ? -amountCents : amountCents;
            if (_clients.TryGetValue(clientId, out var client))
            {
                _clients[clientId] = client.With(reader.GetInt64(1), cents);
                _newest[clientId].Add(amountCents, kind, description, reader.GetInt64(5));
            }

            if (!TextCode.TryRead(Encoding.UTF8.GetBytes(description), out var text))
            {
                Others++;
            }
            else
            {
                var count = Rows.TryGetValue(text, out var known) ? known.Count + 1 : 1;
                Rows[text] = new Row((int)clientId, cents, count);
            }
        }
    }

    private void ReadNewest(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT id, ultimas FROM clientes";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var id = reader.GetInt64(0);
            var isRight = reader.GetFieldValue<byte[]>(1).AsSpan().SequenceEqual(_newest[id].Bytes);
            _clients[id] = _clients[id] with { HasNewestRows = isRight };
        }
    }

    /// <summary>One transaction.</summary>
    /// <param name="ClientId">Whose.</param>
    /// <param name="SignedCents">What it adds to the balance.</param>
    /// <param name="Count">How often its text is there.</param>
    [StructLayout(LayoutKind.Auto)]
    public readonly record struct Row(int ClientId, long SignedCents, int Count);

    /// <summary>One client.</summary>
    /// <param name="Id">Its number.</param>
    /// <param name="LimitCents">Its limit.</param>
    /// <param name="BalanceCents">Its balance.</param>
    /// <param name="Sequence">Its newest transaction's number.</param>
    public readonly record struct Client(long Id, long LimitCents, long BalanceCents, long Sequence)
    {
        /// <summary>How many transactions it has.</summary>
        public long Rows { get; init; }

        /// <summary>What they add up to.</summary>
        public long SumCents { get; init; }

        /// <summary>The lowest that they added up to on the way.</summary>
        public long LowestCents { get; init; }

        /// <summary>How many of them do not have the number of their place: 1, 2, 3 ….</summary>
        public long OutOfTurn { get; init; }

        /// <summary>Whether its own row has the last ten of them once more.</summary>
        public bool HasNewestRows { get; init; }

        /// <summary>The same client with one more row.</summary>
        public Client With(long sequence, long signedCents) => this with
        {
            Rows = Rows + 1,
            SumCents = SumCents + signedCents,
            LowestCents = Math.Min(LowestCents, SumCents + signedCents),
            OutOfTurn = OutOfTurn + (sequence == Rows + 1 ? 0 : 1),
        };
    }
}
