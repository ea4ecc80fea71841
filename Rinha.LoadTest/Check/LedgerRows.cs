using System.Buffers.Binary;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Npgsql;
using Rinha.LoadTest.Run;

namespace Rinha.LoadTest.Check;

// The ledger's tables (schema.sql, schema.postgres.sql), read in one snapshot for the oracle. Rows are in the order of
// the clients, and each client's in its sequence: a client's are consecutive.
internal sealed class LedgerRows
{
    private readonly Dictionary<long, int> _indexes = []; // Of the clients, by id.
    private readonly List<Client> _clients = [];
    private readonly List<NewestRows>? _newest;
    private readonly List<Row> _surplus = []; // Of clients with more rows than their sequence says.
    private Row[] _rows = [];
    private long[] _texts = [];
    private int[] _rowsByText = []; // Of _texts, which are ascending.

    private LedgerRows(bool checksNewest) => _newest = checksNewest ? [] : null;

    // Transactions whose text no load run could have sent.
    public long Unrecognized { get; private set; }

    public bool IsEmpty => RowCount == 0;

    public IReadOnlyList<Client> Clients => _clients; // In the order of their ids.

    // Whether clients' rows repeat their last ten transactions.
    public bool ChecksNewest => _newest is not null;

    // Ascending; again for each row that has it.
    public ReadOnlySpan<long> Texts => _texts;

    public static LedgerRows Read(ILedgerSource source)
    {
        var ledger = new LedgerRows(source.NewestSql is not null);
        using var connection = source.OpenSnapshot();
        connection.ForEach(
            "SELECT id, limite, saldo, ultima_seq FROM clientes ORDER BY id",
            row => ledger.AddClient(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)));
        ledger.MakeRoom();
        connection.ForEach(source.HistorySql, row =>
        {
            var signedCents = row.GetString(3) == "d" ? -row.GetInt64(2) : row.GetInt64(2);
            ledger.AddRow(row.GetInt64(0), row.GetInt64(1), signedCents, row.GetFieldValue<byte[]>(4), row.GetInt64(5));
        });
        ledger.IndexTexts();
        if (source.NewestSql is { } newestSql)
        {
            connection.ForEach(newestSql, ledger.CompareNewest);
        }

        return ledger;
    }

    // From memory, as if it had been read: each client's rows in sequence.
    public static LedgerRows Of(
        IEnumerable<(long Id, long LimitCents, long BalanceCents, long Sequence)> clients,
        IEnumerable<(long ClientId, long Sequence, long SignedCents, byte[] Text)> rows)
    {
        var ledger = new LedgerRows(checksNewest: false);
        foreach (var (id, limitCents, balanceCents, sequence) in clients)
        {
            ledger.AddClient(id, limitCents, balanceCents, sequence);
        }

        ledger.MakeRoom();
        foreach (var (clientId, sequence, signedCents, text) in rows)
        {
            ledger.AddRow(clientId, sequence, signedCents, text, postedAtMicroseconds: 0);
        }

        ledger.IndexTexts();
        return ledger;
    }

    public int RowCount => _rows.Length + _surplus.Count;

    public bool Contains(long text) => Array.BinarySearch(_texts, text) >= 0;

    // The number of a row with this text, or -1.
    public int Find(long text) => Array.BinarySearch(_texts, text) is >= 0 and var place ? _rowsByText[place] : -1;

    // The number of the row at a place in Texts.
    public int NumberAt(int place) => _rowsByText[place];

    public Row RowAt(int place) => RowOf(_rowsByText[place]);

    // A client's rows in sequence; empty if they are not 1, 2, 3 … as many as its sequence says.
    public ReadOnlySpan<Row> RowsOf(in Client client) => client.IsInSequence
        ? _rows.AsSpan(client.FirstRow, (int)client.Rows)
        : [];

    private Row RowOf(int number) => number < _rows.Length ? _rows[number] : _surplus[number - _rows.Length];

    private void AddClient(long id, long limitCents, long balanceCents, long sequence)
    {
        _indexes[id] = _clients.Count;
        _clients.Add(new Client(id, limitCents, balanceCents, sequence));
        _newest?.Add(new NewestRows());
    }

    private void MakeRoom()
    {
        var rows = 0L;
        foreach (ref var client in CollectionsMarshal.AsSpan(_clients))
        {
            client = client with { FirstRow = (int)rows };
            rows += Math.Max(client.Sequence, 0);
        }

        _rows = new Row[rows];
        Array.Fill(_rows, new Row(0, LoggedRequest.ForeignText, 0, 0));
    }

    private void AddRow(long clientId, long sequence, long signedCents, byte[] text, long postedAtMicroseconds)
    {
        if (!TextCode.TryRead(text, out var number))
        {
            Unrecognized++;
            number = LoggedRequest.ForeignText;
        }

        var row = new Row((int)clientId, number, signedCents, EntriesHash.Of(signedCents, text));
        if (!_indexes.TryGetValue(clientId, out var index))
        {
            _surplus.Add(row);
            return;
        }

        ref var client = ref CollectionsMarshal.AsSpan(_clients)[index];
        if (client.Rows < client.Sequence)
        {
            _rows[client.FirstRow + client.Rows] = row;
        }
        else
        {
            _surplus.Add(row);
        }

        client = client.With(sequence, signedCents);
        _newest?[index].Add(Math.Abs(signedCents), signedCents < 0 ? 'd' : 'c', text, postedAtMicroseconds);
    }

    private void IndexTexts()
    {
        var count = 0;
        _texts = new long[RowCount];
        _rowsByText = new int[_texts.Length];
        for (var number = 0; number < _texts.Length; number++)
        {
            if (RowOf(number).Text is >= 0 and var text)
            {
                (_texts[count], _rowsByText[count]) = (text, number);
                count++;
            }
        }

        Array.Resize(ref _texts, count);
        Array.Resize(ref _rowsByText, count);
        Array.Sort(_texts, _rowsByText);
    }

    private void CompareNewest(DbDataReader row)
    {
        var index = _indexes[row.GetInt64(0)];
        var isRight = row.GetFieldValue<byte[]>(1).AsSpan().SequenceEqual(_newest![index].Bytes);
        _clients[index] = _clients[index] with { NewestMatches = isRight };
    }

    // Text: TextCode's number, or ForeignText. Entry: the row's EntriesHash.
    [StructLayout(LayoutKind.Auto)]
    public readonly record struct Row(int ClientId, long Text, long SignedCents, ulong Entry);

    public readonly record struct Client(long Id, long LimitCents, long BalanceCents, long Sequence)
    {
        public int FirstRow { get; init; }

        public long Rows { get; init; }

        public long SumCents { get; init; }

        public long LowestCents { get; init; }

        // Rows whose sequence number is not their position (1, 2, 3 …).
        public long OutOfSequence { get; init; }

        public bool NewestMatches { get; init; }

        public bool IsInSequence => OutOfSequence == 0 && Rows == Sequence;

        public Client With(long sequence, long signedCents) => this with
        {
            Rows = Rows + 1,
            SumCents = SumCents + signedCents,
            LowestCents = Math.Min(LowestCents, SumCents + signedCents),
            OutOfSequence = OutOfSequence + (sequence == Rows + 1 ? 0 : 1),
        };
    }
}

// A client's last ten rows encoded like clientes.ultimas (schema.sql). Deliberately shares no code with the server's
// encoder, so that a bug there shows up here.
internal sealed class NewestRows
{
    private const int RowsMax = 10;
    private const int RowBytes = 58;
    private const int TimeAt = 8;
    private const int KindAt = 16;
    private const int LengthAt = 17;
    private const int TextAt = 18;

    private readonly byte[] _rows = new byte[RowsMax * RowBytes];
    private int _count;

    public ReadOnlySpan<byte> Bytes => _rows.AsSpan(0, _count * RowBytes);

    public void Add(long amountCents, char kind, ReadOnlySpan<byte> text, long postedAtMicroseconds)
    {
        _rows.AsSpan(0, (RowsMax - 1) * RowBytes).CopyTo(_rows.AsSpan(RowBytes));
        _count = Math.Min(_count + 1, RowsMax);
        var row = _rows.AsSpan(0, RowBytes);
        row.Clear();
        BinaryPrimitives.WriteInt64BigEndian(row, amountCents);
        BinaryPrimitives.WriteInt64BigEndian(row[TimeAt..], postedAtMicroseconds);
        row[KindAt] = (byte)kind;
        row[LengthAt] = (byte)text.Length;
        text.CopyTo(row[TextAt..]);
    }
}

// Direct access to a ledger's tables, bypassing the servers.
internal interface ILedgerSource
{
    // Client, sequence, cents, kind, text as UTF-8, microseconds since 1970; each client's rows in order.
    string HistorySql { get; }

    // Each client and its last ten rows (NewestRows); null if clients' rows do not store them.
    string? NewestSql { get; }

    // Opens a new connection whose reads all see one snapshot; writers continue meanwhile.
    DbConnection OpenSnapshot();

    // Runs the database's integrity check; null if it finds nothing.
    string? FindCorruption();
}

internal static class LedgerConnections
{
    public static void Execute(this DbConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public static void ForEach(this DbConnection connection, string sql, Action<DbDataReader> take)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            take(reader);
        }
    }

    public static object? ExecuteScalar(this DbConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}

internal sealed class SqliteLedgerSource(string path) : ILedgerSource
{
    // Commit order: one pass over the table, no index needed.
    public string HistorySql =>
        "SELECT cliente_id, seq, valor, tipo, CAST(descricao AS BLOB), realizada_em FROM transacoes ORDER BY id";

    public string? NewestSql => "SELECT id, ultimas FROM clientes";

    public DbConnection OpenSnapshot()
    {
        var connection = Open();
        connection.Execute("BEGIN");
        return connection;
    }

    public string? FindCorruption()
    {
        using var connection = Open();
        var answer = connection.ExecuteScalar("PRAGMA integrity_check(1)") as string;
        return answer == "ok" ? null : $"{Path.GetFileName(path)}: {answer}";
    }

    // Read-write because a WAL reader needs write access to the shared memory.
    public SqliteConnection Open()
    {
        var connection = new SqliteConnection($"Data Source={path};Mode=ReadWrite;Pooling=False");
        connection.Open();
        return connection;
    }
}

internal sealed class PostgresLedgerSource(PostgresUrl url) : ILedgerSource
{
    public string HistorySql =>
        "SELECT cliente_id, seq, valor, tipo, descricao, realizada_em FROM transacoes ORDER BY cliente_id, seq";

    public string? NewestSql => null;

    public NpgsqlConnection Open() =>
        new NpgsqlSlimDataSourceBuilder(url.ConnectionString).Build().OpenConnection();

    public DbConnection OpenSnapshot()
    {
        var connection = Open();
        connection.Execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
        return connection;
    }

    // Runs amcheck (https://www.postgresql.org/docs/15/amcheck.html) over every table page, and checks that every index
    // covers every row. Only a superuser may install it.
    public string? FindCorruption()
    {
        try
        {
            using var connection = Open();
            connection.Execute("CREATE EXTENSION IF NOT EXISTS amcheck");
            connection.Execute("""
                SELECT bt_index_check(indexrelid, true) FROM pg_index
                WHERE indrelid IN ('clientes'::regclass, 'transacoes'::regclass, 'chaves'::regclass)
                """);
            return connection.ExecuteScalar("""
                SELECT tabela || ': ' || msg
                FROM unnest(ARRAY['clientes', 'transacoes', 'chaves']) AS tabela, verify_heapam(tabela::regclass)
                """) as string;
        }
        catch (PostgresException error)
        {
            return error.MessageText;
        }
    }
}

// The subset of the server's DATABASE_URL that the oracle supports: postgres://user:password@host:port/name, with host
// (a unix socket's directory) and options in the query.
internal sealed partial class PostgresUrl
{
    private const int ConnectSeconds = 5;
    private const int CommandSeconds = 60; // A long history is one query.

    private PostgresUrl(string connectionString) => ConnectionString = connectionString;

    // In Npgsql's format, without pooling.
    public string ConnectionString { get; }

    public static bool HasScheme(string text) =>
        text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase)
        || text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase);

    public static bool TryParse(string text, [NotNullWhen(true)] out PostgresUrl? url)
    {
        url = null;
        var match = Pattern().Match(text);
        if (!match.Success)
        {
            return false;
        }

        var connection = new NpgsqlConnectionStringBuilder
        {
            Host = Part("host") ?? "localhost",
            Username = Part("user"),
            Password = Part("password"),
            Database = Part("name"),
            Pooling = false,
            Timeout = ConnectSeconds,
            CommandTimeout = CommandSeconds,
        };
        if (ushort.TryParse(Part("port"), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            connection.Port = port;
        }

        foreach (var pair in match.Groups["query"].Value.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=');
            var value = Uri.UnescapeDataString(pair[(equals + 1)..]);
            switch (equals < 0 ? "" : pair[..equals])
            {
                case "host":
                    connection.Host = value;
                    break;
                case "options":
                    connection.Options = value;
                    break;
                default:
                    return false;
            }
        }

        url = new PostgresUrl(connection.ConnectionString);
        return true;

        string? Part(string name) =>
            match.Groups[name] is { Length: > 0 } part ? Uri.UnescapeDataString(part.Value) : null;
    }

    [GeneratedRegex(
        @"^postgres(ql)?://(?<user>[^:@/?]+)(:(?<password>[^@/?]*))?@(?<host>[^:/?]*)(:(?<port>\d{1,5}))?"
        + @"/(?<name>[^/?]+)(\?(?<query>.*))?$",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}
