using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Rinha.Server.Ledger;
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
        _beside = PostgresLedger.Open(Parse(PostgresServer.UrlOf(_schema)));
        PostgresServer.Execute(_beside, $"CREATE SCHEMA {_schema}");
    }

    /// <summary>What a server is given to use it.</summary>
    public string Url => $"{PostgresServer.UrlOf(_schema, _options)}&application_name={_schema}";

    /// <inheritdoc/>
    public ILedger Ledger => _instances.Count == 0 ? Open() : _instances[0];

    /// <summary>Its connections beside the instances.</summary>
    internal NpgsqlDataSource Beside => _beside;

    /// <inheritdoc/>
    public ILedger Open()
    {
        var ledger = new PostgresLedger(Parse(Url), NullLogger.Instance);
        _instances.Add(ledger);
        return ledger;
    }

    /// <inheritdoc/>
    public void Close()
    {
        _instances.ForEach(ledger => ledger.Dispose());
        _instances.Clear();
    }

    /// <inheritdoc/>
    public long Query(string sql)
    {
        using var command = _beside.CreateCommand(sql);
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    /// <inheritdoc/>
    public void Execute(string sql) => PostgresServer.Execute(_beside, sql);

    /// <inheritdoc/>
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

    /// <inheritdoc/>
    public void AssertBalanced()
    {
        Assert.Equal(0, Query("""
            SELECT count(*) FROM
              (SELECT seq, row_number() OVER (PARTITION BY cliente_id ORDER BY seq) AS place FROM transacoes) AS rows
            WHERE seq <> place
            """));
        Assert.Equal(0, Query("""
            SELECT count(*) FROM clientes LEFT JOIN
              (SELECT cliente_id, count(*) AS posts, sum(CASE tipo WHEN 'c' THEN valor ELSE -valor END) AS cents
               FROM transacoes GROUP BY cliente_id) AS history ON history.cliente_id = clientes.id
            WHERE saldo < -limite OR saldo <> coalesce(cents, 0) OR ultima_seq <> coalesce(posts, 0)
            """));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Close();
        PostgresServer.Execute(_beside, $"DROP SCHEMA {_schema} CASCADE");
        _beside.Dispose();
        GC.SuppressFinalize(this);
    }

    private static PostgresAddress Parse(string url)
    {
        Assert.True(PostgresAddress.TryParse(url, out var address, out var reason), reason);
        return address;
    }
}
