using Microsoft.Extensions.Logging;
using Npgsql;
using Rinha.Server.Ledger;
using Rinha.Server.Telemetry;

namespace Rinha.Server.Postgres;

/// <summary>
/// The ledger in a PostgreSQL database, shared by any number of processes on any number of machines. The database must
/// commit to its disk before it says so (<c>synchronous_commit</c>, its default). Writes go through one writer, or
/// through one for each shard; reads have their own connections and wait for no writer.
/// </summary>
public sealed class PostgresLedger : ILedger, IDisposable
{
    // Of the request path's connections. Planning each batch for its own values costs more than it saves, and a plan
    // for a table that is nearly empty must not scan it whole when it has grown.
    private const string Options = "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off";

    private readonly PostgresHosts _hosts;
    private readonly KeyHousekeeping _keys;
    private readonly PostgresShards _shards;
    private readonly (PostgresWriter Writer, PostgresReader Reader)[] _lanes; // By shard.
    private readonly LedgerMetrics _metrics = new();

    /// <summary>
    /// Connects, waiting for a server that is not up yet. Creates an empty ledger (schema.postgres.sql, with these
    /// accounts if given) or converts an older one.
    /// </summary>
    /// <exception cref="RefusalException">
    /// The server was not up in time, the database is not a ledger of a known version, or the accounts' file is
    /// invalid.
    /// </exception>
    /// <exception cref="NpgsqlException">The database cannot be used.</exception>
    public PostgresLedger(
        PostgresAddress address, ILogger logger, int waitSeconds = 0, InitialAccounts? accounts = null)
    {
        var errors = new ThrottledErrorLog(logger);
        _hosts = new PostgresHosts(address, logger, Options);
        Await(address, waitSeconds, logger);
        switch (PostgresSchema.Ensure(_hosts.Serving.Writes, converts: true, accounts: accounts))
        {
            case PostgresSchema.Created:
                Log.LedgerCreated(logger, address.ToString());
                break;
            case { } version:
                Log.LedgerConverted(logger, version, PostgresSchema.Versions.Current);
                break;
        }

        _shards = PostgresShards.Read(_hosts.Serving.Writes);
        if (_shards.IsDistributed)
        {
            // Citus finds a statement's shard by its values.
            _hosts.Dispose();
            _hosts = new PostgresHosts(address, logger, $"{Options} -c plan_cache_mode=force_custom_plan");
            Await(address, waitSeconds, logger);
            Log.ShardsFound(logger, _shards.Count);
        }

        _keys = new KeyHousekeeping(_hosts, errors);
        _lanes = new (PostgresWriter, PostgresReader)[_shards.Count];
        for (var shard = 0; shard < _lanes.Length; shard++)
        {
            var writer = new PostgresWriter(_hosts, _shards, shard, _keys, errors, _metrics, logger);
            _lanes[shard] = (writer, new PostgresReader(_hosts, errors));
        }

        _hosts.Watch();
    }

    /// <summary>The best of the shards': one that fails must not stop the others.</summary>
    public WriterState Writer => _lanes.Min(lane => lane.Writer.State);

    /// <summary>Of a shard whose worker is not lost, as far as its writer knows.</summary>
    public long ProbeAccountId => _shards.UnusedIdOf(
        Math.Max(0, Array.FindIndex(_lanes, lane => lane.Writer.State == WriterState.Ready)));

    public IWriteRound? Round => null; // A commit waits for the network; the loop must not.

    public ValueTask<WriteOutcome> WriteAsync(PendingWrite write) =>
        _lanes[write is PendingPost post ? _shards.ShardOf(post.AccountId) : 0].Writer.WriteAsync(write);

    public ValueTask<LookupResult> ReadStatementAsync(long accountId, Statement statement) =>
        ReaderOf(accountId).ReadStatementAsync(accountId, statement);

    public ValueTask<LookupResult> ReadHistoryAsync(long accountId, HistoryPage page) =>
        ReaderOf(accountId).ReadHistoryAsync(accountId, page);

    public ValueTask<LookupResult> FindAccountAsync(long accountId) =>
        ReaderOf(accountId).FindAccountAsync(accountId);

    internal void AddTo(MetricSet metrics)
    {
        _metrics.AddTo(
            metrics,
            () => _lanes.Sum(lane => lane.Writer.QueuedWrites),
            () => Array.TrueForAll(_lanes, lane => lane.Writer.State == WriterState.Ready));
        _metrics.AddPostgresTo(metrics, () => _hosts.Serving.Name);
    }

    /// <summary>Finishes the writes that wait and closes the connections.</summary>
    public void Dispose()
    {
        _keys.Dispose();
        Parallel.ForEach(_lanes, lane => lane.Writer.Dispose()); // Each may wait for its batch.
        _hosts.Dispose();
    }

    private PostgresReader ReaderOf(long accountId) => _lanes[_shards.ShardOf(accountId)].Reader;

    // A wrong password or database is thrown at once.
    private void Await(PostgresAddress address, int waitSeconds, ILogger logger)
    {
        var waited = Stopwatch.StartNew();
        for (var isFirst = true; ; isFirst = false)
        {
            try
            {
                using var connection = _hosts.Find().Writes.OpenConnection();
                return;
            }
            catch (Exception error) when (PostgresFailure.IsNotUpYet(error))
            {
                var reason = PostgresFailure.Describe(error, address.Connection.Host);
                if (waited.Elapsed.TotalSeconds >= waitSeconds)
                {
                    throw new RefusalException($"{address} was not up within {waitSeconds} s: {reason}", error);
                }

                if (isFirst)
                {
                    Log.DatabaseAwaited(logger, reason, waitSeconds, address.ToString());
                }

                Thread.Sleep(Limits.PostgresWaitRetryMs);
            }
        }
    }
}
