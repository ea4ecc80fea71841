using Microsoft.Extensions.Logging;
using Npgsql;
using Rinha.Server.Ledger;
using Rinha.Server.Telemetry;

namespace Rinha.Server.Postgres;

/// <summary>
/// The ledger in a PostgreSQL database, shared by any number of processes on any number of machines. The database must
/// commit to its disk before it says so (<c>synchronous_commit</c>, its default). Writes go through one writer; reads
/// have their own connections and wait for no writer.
/// </summary>
public sealed class PostgresLedger : ILedger, IDisposable
{
    // Of the request path's connections. Planning each batch for its own values costs more than it saves, and a plan
    // for a table that is nearly empty must not scan it whole when it has grown.
    private static readonly string s_options =
        $"-c idle_in_transaction_session_timeout={Limits.PostgresIdleTransactionMs}"
        + " -c plan_cache_mode=force_generic_plan -c enable_seqscan=off";

    private readonly PostgresHosts _hosts;
    private readonly KeyHousekeeping _keys;
    private readonly PostgresWriter _writer;
    private readonly PostgresReader _reader;
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
        _hosts = new PostgresHosts(address, logger, s_options);
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

        _keys = new KeyHousekeeping(_hosts, errors);
        _writer = new PostgresWriter(_hosts, _keys, errors, _metrics, logger);
        _reader = new PostgresReader(_hosts, errors);
        _hosts.Watch();
    }

    public WriterState Writer => _writer.State;

    public IWriteRound? Round => null; // A commit waits for the network; the loop must not.

    public ValueTask<WriteOutcome> WriteAsync(PendingWrite write) => _writer.WriteAsync(write);

    public ValueTask<LookupResult> ReadStatementAsync(long accountId, Statement statement) =>
        _reader.ReadStatementAsync(accountId, statement);

    public ValueTask<LookupResult> ReadHistoryAsync(long accountId, HistoryPage page) =>
        _reader.ReadHistoryAsync(accountId, page);

    public ValueTask<LookupResult> FindAccountAsync(long accountId) => _reader.FindAccountAsync(accountId);

    internal void AddTo(MetricSet metrics)
    {
        _metrics.AddTo(metrics, () => _writer.QueuedWrites, () => Writer == WriterState.Ready);
        _metrics.AddPostgresTo(metrics, () => _hosts.Serving.Name);
    }

    /// <summary>Finishes the writes that wait and closes the connections.</summary>
    public void Dispose()
    {
        _keys.Dispose();
        _writer.Dispose();
        _hosts.Dispose();
    }

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
