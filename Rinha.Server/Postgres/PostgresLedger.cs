using Microsoft.Extensions.Logging;
using Npgsql;
using Rinha.Server.Ledger;
using Rinha.Server.Telemetry;

namespace Rinha.Server.Postgres;

/// <summary>
/// The ledger in a PostgreSQL database, shared by any number of processes on any number of machines. The database must
/// commit to its disk before it says so (<c>synchronous_commit</c>, its default).
/// </summary>
public sealed class PostgresLedger : ILedger, IDisposable
{
    private readonly NpgsqlDataSource _reads;
    private readonly NpgsqlDataSource _writes; // Of one connection, which no read can have.
    private readonly KeyHousekeeping _keys;
    private readonly PostgresWriter _writer;
    private readonly PostgresReader _reader;
    private readonly LedgerMetrics _metrics = new();

    /// <summary>
    /// Connects, makes an empty ledger (schema.postgres.sql) if there is none, and converts an older one.
    /// </summary>
    /// <param name="address">Where the database is.</param>
    /// <param name="logger">Told of storage failures, never of single requests.</param>
    /// <exception cref="RefusalException">The database is not a ledger that this server knows.</exception>
    /// <exception cref="NpgsqlException">The database cannot be reached or used.</exception>
    public PostgresLedger(PostgresAddress address, ILogger logger)
    {
        var alarm = new StorageAlarm(logger);
        _reads = Open(address, Limits.PostgresReadConnectionsMax);
        _writes = Open(address, connectionsMax: 1);
        if (PostgresSchema.Ensure(_writes, converts: true) is { } version)
        {
            Log.LedgerConverted(logger, version, PostgresSchema.Versions.Current);
        }

        _keys = new KeyHousekeeping(_reads, alarm);
        _reader = new PostgresReader(_reads, alarm);
        _writer = new PostgresWriter(_writes, _keys, alarm, _metrics, logger);
    }

    public WriterState Writer => _writer.State;

    /// <summary>The connections to a ledger, opened as they are needed.</summary>
    internal static NpgsqlDataSource Open(PostgresAddress address, int connectionsMax)
    {
        var builder = new NpgsqlSlimDataSourceBuilder(address.Connection.ConnectionString);
        builder.ConnectionStringBuilder.MaxPoolSize = connectionsMax;
        builder.EnableTransportSecurity();
        return builder.Build();
    }

    public ValueTask<PostResult> WriteAsync(PendingWrite write) => _writer.WriteAsync(write);

    public ValueTask<LookupResult> ReadStatementAsync(long accountId, Statement statement) =>
        _reader.ReadStatementAsync(accountId, statement);

    public ValueTask<LookupResult> ReadHistoryAsync(long accountId, HistoryPage page) =>
        _reader.ReadHistoryAsync(accountId, page);

    public ValueTask<LookupResult> FindAccountAsync(long accountId) => _reader.FindAccountAsync(accountId);

    /// <summary>Adds what the ledger counts to the metrics of the server.</summary>
    internal void AddTo(MetricSet metrics)
    {
        _metrics.AddTo(metrics, () => _writer.QueuedWrites);
        _metrics.AddRetriesTo(metrics);
    }

    /// <summary>Finishes the writes that wait and closes the connections.</summary>
    public void Dispose()
    {
        _keys.Dispose();
        _writer.Dispose();
        _writes.Dispose();
        _reads.Dispose();
    }
}
