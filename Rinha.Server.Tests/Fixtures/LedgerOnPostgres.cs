using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Rinha.Server.Postgres;

namespace Rinha.Server.Tests.Fixtures;

/// <summary>A ledger in a schema of its own of the tests' PostgreSQL.</summary>
public class LedgerOnPostgres : ILedgerPlace
{
    private readonly string _schema = $"t{Guid.NewGuid():N}";
    private readonly string _options;
    private readonly List<PostgresLedger> _instances = [];
    private readonly NpgsqlDataSource _beside;

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
        var address = PostgresServer.Parse(PostgresServer.UrlOf(_schema));
        _beside = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(address.Connection.ConnectionString)
        {
            MaxPoolSize = 9,
            Timeout = seconds,
            CommandTimeout = seconds,
        });
        PostgresServer.Execute(_beside, $"CREATE SCHEMA {_schema}");
    }

    /// <summary>What a server is given to use it.</summary>
    public string Url => $"{PostgresServer.UrlOf(_schema, _options)}&application_name={_schema}";

    public PostgresAddress Address => PostgresServer.Parse(Url);

    public ILedger Ledger => _instances.Count == 0 ? Open() : _instances[0];

    /// <summary>Its connections beside the instances.</summary>
    internal NpgsqlDataSource Beside => _beside;

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

    public long Query(string sql) => PostgresServer.Query(_beside, sql);

    public void Execute(string sql) => PostgresServer.Execute(_beside, sql);

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

    public void AssertBalanced() => PostgresServer.AssertBalanced(_beside);

    public void Dispose()
    {
        Close();
        PostgresServer.Execute(_beside, $"DROP SCHEMA {_schema} CASCADE");
        _beside.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>The same under SERIALIZABLE, as engines have it that know no other isolation.</summary>
public sealed class LedgerOnSerializablePostgres()
    : LedgerOnPostgres("-c default_transaction_isolation=serializable");
