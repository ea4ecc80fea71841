using System.Buffers.Binary;
using System.Data.Common;
using Rinha.LoadTest.Run;

namespace Rinha.LoadTest.Check;

/// <summary>The ledger's tables, read in one snapshot (schema.sql, schema.postgres.sql).</summary>
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

    public IEnumerable<Client> Clients => _clients.Values.OrderBy(client => client.Id);

    /// <summary>Whether the clients' own rows have their last ten transactions once more.</summary>
    public bool KeepsNewest { get; private init; }

    /// <summary>Reads all of it; writers go on meanwhile.</summary>
    /// <exception cref="DbException">It cannot be read, or is not a ledger.</exception>
    public static LedgerRows Read(ILedgerPlace place)
    {
        var ledger = new LedgerRows { KeepsNewest = place.NewestSql is not null };
        using var connection = place.OpenSnapshot();
        connection.ForEach("SELECT id, limite, saldo, ultima_seq FROM clientes", ledger.AddClient);
        connection.ForEach(place.HistorySql, ledger.AddRow);
        if (place.NewestSql is { } newestSql)
        {
            connection.ForEach(newestSql, ledger.CompareNewest);
        }

        return ledger;
    }

    private void AddClient(DbDataReader row)
    {
        var id = row.GetInt64(0);
        _clients[id] = new Client(id, row.GetInt64(1), row.GetInt64(2), row.GetInt64(3));
        _newest[id] = new NewestRows();
    }

    private void AddRow(DbDataReader row)
    {
        var clientId = row.GetInt64(0);
        var (amountCents, kind) = (row.GetInt64(2), row.GetString(3));
        var description = row.GetFieldValue<byte[]>(4);
        var cents = kind == "d" ? -amountCents : amountCents;
        if (_clients.TryGetValue(clientId, out var client))
        {
            _clients[clientId] = client.With(row.GetInt64(1), cents);
            _newest[clientId].Add(amountCents, kind, description, row.GetInt64(5));
        }

        if (TextCode.TryRead(description, out var text))
        {
            Rows[text] = new Row((int)clientId, cents, Rows.GetValueOrDefault(text).Count + 1);
        }
        else
        {
            Others++;
        }
    }

    private void CompareNewest(DbDataReader row)
    {
        var id = row.GetInt64(0);
        var isRight = row.GetFieldValue<byte[]>(1).AsSpan().SequenceEqual(_newest[id].Bytes);
        _clients[id] = _clients[id] with { HasNewestRows = isRight };
    }

    /// <param name="Count">How often its text is there.</param>
    [StructLayout(LayoutKind.Auto)]
    public readonly record struct Row(int ClientId, long SignedCents, int Count);

    /// <param name="Sequence">Its newest transaction's number.</param>
    public readonly record struct Client(long Id, long LimitCents, long BalanceCents, long Sequence)
    {
        public long Rows { get; init; }

        public long SumCents { get; init; }

        /// <summary>The lowest that they added up to on the way.</summary>
        public long LowestCents { get; init; }

        /// <summary>How many of them do not have the number of their place: 1, 2, 3 ….</summary>
        public long OutOfTurn { get; init; }

        /// <summary>Whether its own row has the last ten of them once more, and as they are.</summary>
        public bool HasNewestRows { get; init; }

        public Client With(long sequence, long signedCents) => this with
        {
            Rows = Rows + 1,
            SumCents = SumCents + signedCents,
            LowestCents = Math.Min(LowestCents, SumCents + signedCents),
            OutOfTurn = OutOfTurn + (sequence == Rows + 1 ? 0 : 1),
        };
    }
}

/// <summary>
/// A client's last ten rows in the form of <c>clientes.ultimas</c> (schema.sql), written apart from the server's code
/// so that a mistake there is not made here too.
/// </summary>
internal sealed class NewestRows
{
    private const int RowsMax = 10;
    private const int RowBytes = 58;
    private const int PostedAt = 8;
    private const int KindAt = 16;
    private const int LengthAt = 17;
    private const int TextAt = 18;

    private readonly byte[] _rows = new byte[RowsMax * RowBytes];
    private int _count;

    /// <summary>The rows so far, newest first.</summary>
    public ReadOnlySpan<byte> Bytes => _rows.AsSpan(0, _count * RowBytes);

    public void Add(long amountCents, string kind, ReadOnlySpan<byte> text, long postedAtMicroseconds)
    {
        _rows.AsSpan(0, (RowsMax - 1) * RowBytes).CopyTo(_rows.AsSpan(RowBytes));
        _count = Math.Min(_count + 1, RowsMax);
        var row = _rows.AsSpan(0, RowBytes);
        row.Clear();
        BinaryPrimitives.WriteInt64BigEndian(row, amountCents);
        BinaryPrimitives.WriteInt64BigEndian(row[PostedAt..], postedAtMicroseconds);
        row[KindAt] = (byte)kind[0];
        row[LengthAt] = (byte)text.Length;
        text.CopyTo(row[TextAt..]);
    }
}
