using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Rinha.Server.Postgres;

namespace Rinha.Server.Tests.Fixtures;

/// <summary>A ledger in a schema of its own of the PostgreSQL that <c>./rinha test</c> starts.</summary>
public class LedgerOnPostgres : ILedgerPlace
{
    private const string Variable = "TEST_POSTGRES_URL";

    private readonly string _schema = $"t{Guid.NewGuid():N}";
    private readonly string _options;
    private readonly List<PostgresLedger> _instances = [];

    public LedgerOnPostgres()
        : this("")
    {
    }

    /// <summary>A ledger whose instances have connections with these settings.</summary>
    protected LedgerOnPostgres(string options)
    {
        _options = options;
        // With more patience than a server has.
        var seconds = (int)Wait.Timeout.TotalSeconds;
        Beside = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(
            Parse(UrlOf("")).Connection.ConnectionString)
        {
            MaxPoolSize = 9,
            Timeout = seconds,
            CommandTimeout = seconds,
        });
        Execute($"CREATE SCHEMA {_schema}");
    }

    /// <summary>What a server is given to use it.</summary>
    public string Url => $"{UrlOf(_options)}&application_name={_schema}";

    public PostgresAddress Address => Parse(Url);

    public ILedger Ledger => _instances.Count == 0 ? Open() : _instances[0];

    /// <summary>Its connections beside the instances.</summary>
    internal NpgsqlDataSource Beside { get; }

    public static PostgresAddress Parse(string url)
    {
        Assert.True(PostgresAddress.TryParse(url, out var address, out var reason), reason);
        return address;
    }

    public ILedger Open()
    {
        var ledger = new PostgresLedger(Address, NullLogger.Instance);
        _instances.Add(ledger);
        return ledger;
    }

    public void Close()
    {
        _instances.ForEach(ledger => ledger.Dispose());
        _instances.Clear();
    }

    public long Query(string sql) => Query(Beside, sql);

    public void Execute(string sql)
    {
        using var command = Beside.CreateCommand(sql);
        command.ExecuteNonQuery();
    }

    public bool Refuses(string sql)
    {
        try
        {
            Execute(sql);
            return false;
        }
        catch (PostgresException error) when (error.SqlState.StartsWith("23", StringComparison.Ordinal))
        {
            return true;
        }
    }

    /// <summary>Ends every connection of the instances, as the server does when it is stopped.</summary>
    public void EndConnections() => Execute(
        $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{_schema}'");

    /// <summary>Which connections the instances have: the sum of the numbers of their servers' processes.</summary>
    public long Connections() =>
        Query($"SELECT sum(pid) FROM pg_stat_activity WHERE application_name = '{_schema}'");

    public void AssertBalanced() => AssertBalanced(Beside);

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

    public void Dispose()
    {
        Close();
        Execute($"DROP SCHEMA {_schema} CASCADE");
        Beside.Dispose();
        GC.SuppressFinalize(this);
    }

    private static long Query(NpgsqlDataSource source, string sql)
    {
        using var command = source.CreateCommand(sql);
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private string UrlOf(string options)
    {
        var url = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(string.IsNullOrEmpty(url), $"{Variable} is not set: ./rinha test starts PostgreSQL and sets it");
        options = Uri.EscapeDataString($"-c search_path={_schema} {options}");
        return $"{url}{(url!.Contains('?') ? '&' : '?')}options={options}";
    }
}

/// <summary>The same under SERIALIZABLE, as engines have it that know no other isolation.</summary>
public sealed class LedgerOnSerializablePostgres()
    : LedgerOnPostgres("-c default_transaction_isolation=serializable");
