using System.Buffers.Binary;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Npgsql;
using Rinha.LoadTest.Run;

namespace Rinha.LoadTest.Check;

// The ledger's tables (schema.sql, schema.postgres.sql), read in one snapshot and aggregated for the oracle.
internal sealed class LedgerRows
{
    private readonly Dictionary<long, Client> _clients = []; // By client id.
    private readonly Dictionary<long, NewestRows> _newest = [];

    private LedgerRows()
    {
    }

    public Dictionary<long, Row> Rows { get; } = [];

    // Transactions whose text no load run could have sent.
    public long Unrecognized { get; private set; }

    public bool IsEmpty => Rows.Count == 0 && Unrecognized == 0;

    public IEnumerable<Client> Clients => _clients.Values.OrderBy(client => client.Id);

    // Whether clients' rows repeat their last ten transactions.
    public bool ChecksNewest { get; private init; }

    public static LedgerRows Read(ILedgerSource source)
    {
        var ledger = new LedgerRows { ChecksNewest = source.NewestSql is not null };
        using var connection = source.OpenSnapshot();
        connection.ForEach("SELECT id, limite, saldo, ultima_seq FROM clientes", ledger.AddClient);
        connection.ForEach(source.HistorySql, ledger.AddRow);
        if (source.NewestSql is { } newestSql)
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
            Unrecognized++;
        }
    }

    private void CompareNewest(DbDataReader row)
    {
        var id = row.GetInt64(0);
        var isRight = row.GetFieldValue<byte[]>(1).AsSpan().SequenceEqual(_newest[id].Bytes);
        _clients[id] = _clients[id] with { NewestMatches = isRight };
    }

    [StructLayout(LayoutKind.Auto)]
    public readonly record struct Row(int ClientId, long SignedCents, int Count);

    public readonly record struct Client(long Id, long LimitCents, long BalanceCents, long Sequence)
    {
        public long Rows { get; init; }

        public long SumCents { get; init; }

        public long LowestCents { get; init; }

        // Rows whose sequence number is not their position (1, 2, 3 …).
        public long OutOfSequence { get; init; }

        public bool NewestMatches { get; init; }

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

    public void Add(long amountCents, string kind, ReadOnlySpan<byte> text, long postedAtMicroseconds)
    {
        _rows.AsSpan(0, (RowsMax - 1) * RowBytes).CopyTo(_rows.AsSpan(RowBytes));
        _count = Math.Min(_count + 1, RowsMax);
        var row = _rows.AsSpan(0, RowBytes);
        row.Clear();
        BinaryPrimitives.WriteInt64BigEndian(row, amountCents);
        BinaryPrimitives.WriteInt64BigEndian(row[TimeAt..], postedAtMicroseconds);
        row[KindAt] = (byte)kind[0];
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
