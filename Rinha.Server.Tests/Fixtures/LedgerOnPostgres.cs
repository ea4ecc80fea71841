using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Rinha.Server.Postgres;

namespace Rinha.Server.Tests.Fixtures;

// A ledger in its own schema of the PostgreSQL that ./rinha test starts.
public class LedgerOnPostgres : LedgerStorage
{
    private readonly string _schema = $"t{Guid.NewGuid():N}";
    private readonly string _options;
    private readonly string _variable;

    public LedgerOnPostgres()
        : this("")
    {
    }

    protected LedgerOnPostgres(
        string options, string variable = "TEST_POSTGRES_URL", string missing = "./rinha test starts PostgreSQL")
    {
        _options = options;
        _variable = variable;
        var url = Environment.GetEnvironmentVariable(variable);
        Assert.SkipWhen(string.IsNullOrEmpty(url), $"{variable} is not set: {missing}");
        // Longer timeouts than a server's.
        var seconds = (int)Wait.Timeout.TotalSeconds;
        TestSource = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(
            Parse(UrlOf("")).Connection.ConnectionString)
        {
            MaxPoolSize = 9,
            Timeout = seconds,
            CommandTimeout = seconds,
        });
        Execute($"CREATE SCHEMA {_schema}");
    }

    public string Url => $"{UrlOf(_options)}&application_name={_schema}";

    public string Schema => _schema;

    public PostgresAddress Address => Parse(Url);

    internal NpgsqlDataSource TestSource { get; }

    public static PostgresAddress Parse(string url)
    {
        Assert.True(PostgresAddress.TryParse(url, out var address, out var reason), reason);
        return address;
    }

    public override long Query(string sql) => Query(TestSource, sql);

    public override void Execute(string sql)
    {
        using var command = TestSource.CreateCommand(sql);
        command.ExecuteNonQuery();
    }

    public void EndConnections() => Execute(
        $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{_schema}'");

    // Identifies the instances' connections: the sum of their backends' process ids.
    public long Connections() =>
        Query($"SELECT sum(pid) FROM pg_stat_activity WHERE application_name = '{_schema}'");

    public override void AssertBalanced() => AssertBalanced(TestSource);

    public static void AssertBalanced(NpgsqlDataSource source)
    {
        Assert.Equal(0, Query(source, """
            SELECT count(*) FROM
              (SELECT seq, row_number() OVER (PARTITION BY cliente_id ORDER BY seq) AS place FROM transacoes) AS entries
            WHERE seq <> place
            """));
        Assert.Equal(0, Query(source, """
            SELECT count(*) FROM clientes LEFT JOIN
              (SELECT cliente_id, count(*) AS posts, sum(CASE tipo WHEN 'c' THEN valor ELSE -valor END) AS cents
               FROM transacoes GROUP BY cliente_id) AS history ON history.cliente_id = clientes.id
            WHERE saldo < -limite OR saldo <> coalesce(cents, 0) OR ultima_seq <> coalesce(posts, 0)
            """));
    }

    protected override ILedger OpenOne() => new PostgresLedger(Address, NullLogger.Instance);

    protected override void Delete()
    {
        Execute($"DROP SCHEMA {_schema} CASCADE");
        TestSource.Dispose();
    }

    private static long Query(NpgsqlDataSource source, string sql)
    {
        using var command = source.CreateCommand(sql);
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private string UrlOf(string options)
    {
        var url = Environment.GetEnvironmentVariable(_variable);
        options = Uri.EscapeDataString($"-c search_path={_schema} {options}");
        return $"{url}{(url!.Contains('?') ? '&' : '?')}options={options}";
    }
}

// The same under SERIALIZABLE, the only isolation level of some engines.
public sealed class LedgerOnSerializablePostgres()
    : LedgerOnPostgres("-c default_transaction_isolation=serializable");

// A ledger that a Citus cluster has distributed, in few shards, which are quicker to make than those of a real one.
public sealed class LedgerOnCitus : LedgerOnPostgres
{
    private static readonly Lock s_altering = new(); // PostgreSQL refuses two changes of a role at once.

    public LedgerOnCitus()
        : base("", "TEST_CITUS_URL", "it is the postgres:// URL of a Citus cluster's coordinator")
    {
        foreach (var name in (string[])["schema.postgres.sql", "schema.citus.sql"])
        {
            var script = File.ReadAllText(Repository.PathOf(name));
            lock (s_altering)
            {
                Execute($"BEGIN; {script.Replace("= 16", "= 4", StringComparison.Ordinal)}; COMMIT");
            }
        }
    }

    // Of every session on the coordinator.
    public void EndWorkersConnections()
    {
        Execute("""
            SELECT run_command_on_workers($$
              SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
              WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()$$)
            """);
        TestSource.Clear(); // The test's own sessions have lost theirs, too.
    }
}
