using Microsoft.Extensions.Logging;
using Npgsql;
using Rinha.Server.Ledger;
using Rinha.Server.Queue;
using Rinha.Server.Telemetry;

namespace Rinha.Server.Postgres;

// A shard's writer: commits what waits in the queue together (group commit), on one connection: while one batch is on
// its way, the next one gathers. Retries or refuses a batch that is certainly rolled back; answers an unknown outcome
// as such. Owns the thread, which waits for the network, and the connection. Any thread may call the members.
internal sealed partial class PostgresWriter : IDisposable
{
    private const long NeverMs = long.MinValue / 2;

    private readonly WriteQueue _queue = new();
    private readonly Batch _batch = new();
    private readonly HashSet<(long AccountId, string Key)> _batchKeys = [];
    private readonly Predicate<PendingWrite> _mayJoin;
    private int _joined; // How many writes the last batch took, and the one right before it.
    private int _joinedBefore;
    private bool _isReset; // Whether the last batch is one.
    private long _completedAtMs; // When it was completed.
    private PostgresBatch _commands; // Of this connection: its commands know what is prepared there.
    private readonly PostgresHosts _hosts;
    private readonly PostgresShards _shards;
    private readonly string _probeSql;
    private readonly KeyHousekeeping _keys;
    private readonly ThrottledErrorLog _errors;
    private readonly LedgerMetrics _metrics;
    private readonly ILogger _logger;
    private readonly Thread _thread;
    private readonly Timer _busyCheck;
    private NpgsqlDataSource? _source; // Of the host that the connection is to.
    private NpgsqlConnection? _connection;
    private string? _unconfirmed; // Why a commit on that connection is not confirmed.
    private long _usedAtMs = Environment.TickCount64; // When the server last answered on that connection.
    private volatile bool _isFailing; // A batch has failed, and nothing has been written since.
    private long _lockedOutAtMs = NeverMs; // When writes last timed out, if none has been committed since.

    public PostgresWriter(
        PostgresHosts hosts,
        PostgresShards shards,
        int shard,
        KeyHousekeeping keys,
        ThrottledErrorLog errors,
        LedgerMetrics metrics,
        ILogger logger)
    {
        _hosts = hosts;
        _shards = shards;
        _probeSql = shards.ProbeSql(shard);
        _commands = new PostgresBatch(shards.IsDistributed);
        _keys = keys;
        _errors = errors;
        _metrics = metrics;
        _logger = logger;
        _mayJoin = MayJoin;
        Connect(); // From now on the writer pings it: it may die before the first batch.
        _thread = new Thread(Run) { Name = "ledger writer", IsBackground = true };
        _busyCheck = new Timer(RefuseOverdue, null, Limits.BusyCheckIntervalMs, Limits.BusyCheckIntervalMs);
        _thread.Start();
    }

    // A balancer sends no writes to a locked ledger. So it counts as locked only for a while; then new writes test it.
    public WriterState State =>
        !_thread.IsAlive ? WriterState.Ended
        : IsLockedOut ? WriterState.Locked
        : _isFailing ? WriterState.Failing
        : WriterState.Ready;

    public int QueuedWrites => _queue.Count;

    public ValueTask<WriteOutcome> WriteAsync(PendingWrite write) => _queue.Add(write);

    // Takes no more writes, finishes those that wait, ends the thread.
    public void Dispose()
    {
        _queue.Close();
        _busyCheck.Dispose();
        if (!_thread.Join(Limits.WriterStopTimeoutMs))
        {
            _queue.RefuseAll(PostResult.Stopping);
            return;
        }

        _queue.Dispose();
        _commands.Dispose();
        _connection?.Dispose();
    }

    private bool IsLockedOut =>
        Environment.TickCount64 - Interlocked.Read(ref _lockedOutAtMs) < 2 * Limits.BusyTimeoutMs;

    private void Run()
    {
        while (_queue.Wait())
        {
            if (TakeBatch())
            {
                var began = Environment.TickCount64;
                var failure = Write();
                if (failure is { } result)
                {
                    _isFailing |= result != PostResult.Busy;
                    _batch.FailAll(result);
                    _batch.Complete();
                    if (Environment.TickCount64 - began > Limits.PostgresSlowFailureMs)
                    {
                        // The next batch may take as long again, and its writes have waited for nearly as long already:
                        // no client should wait for both. None of them was sent.
                        _queue.RefuseAll(
                            result == PostResult.OutcomeUnknown ? PostResult.StorageFailed : result,
                            queuedBeforeMs: Environment.TickCount64);
                    }
                }
                else
                {
                    Interlocked.Exchange(ref _lockedOutAtMs, NeverMs);
                    _isFailing &= _commands.Posted == 0; // A refusal writes nothing.
                }
            }
            else if (_isFailing || _shards.IsDistributed)
            {
                _isFailing = !TryProbe();
            }
            else
            {
                _isFailing = !TryConnect();
            }

            _batch.Complete();
            _completedAtMs = Environment.TickCount64;
        }
    }

    // Right after a batch, waits a little until about as many writes as lately have come: most are of the clients that
    // it has just answered. A write alone waits for nothing.
    private bool TakeBatch()
    {
        var isBusy = Environment.TickCount64 - _completedAtMs <= 1;
        var expected = isBusy ? (_joined + _joinedBefore) / 2 : 0;
        for (var step = 0; step < Limits.PostgresGatherStepsMax && _queue.Count < expected; step++)
        {
            _ = Sleep(Limits.PostgresGatherStepUs);
        }

        _joinedBefore = isBusy ? _joined : 0;
        _joined = 0;
        _isReset = false;
        _batchKeys.Clear();
        return _batch.TakeFrom(_queue, joins: _mayJoin).Length > 0;
    }

    [LibraryImport("libc", EntryPoint = "usleep")]
    private static partial int Sleep(uint microseconds); // .NET's has milliseconds.

    // A key joins once, because lancar looks all keys up before it posts; a reset is alone.
    private bool MayJoin(PendingWrite write)
    {
        var joins = !_isReset && write switch
        {
            PendingPost { IdempotencyKey: { } key } post => _batchKeys.Add((post.AccountId, key)),
            PendingReset => _isReset = _joined == 0,
            _ => true,
        };
        _joined += joins ? 1 : 0;
        return joins;
    }

    // A balancer that sees 503 sends no writes, so try one ourselves that changes nothing; its failure is no news then.
    // With Citus an idle writer does so, too: a ping reaches the coordinator alone.
    private bool TryProbe()
    {
        if (!TryConnect(logs: !_isFailing))
        {
            return false;
        }

        try
        {
            using var write = new NpgsqlCommand(_probeSql, _connection);
            write.CommandTimeout = Limits.PostgresPingTimeoutSeconds;
            _ = write.ExecuteNonQuery();
            if (_unconfirmed is { } reason)
            {
                throw new NpgsqlException(reason);
            }

            _usedAtMs = Environment.TickCount64;
            return true;
        }
        catch (Exception error) when (PostgresFailure.IsStorageFailure(error))
        {
            if (!_isFailing)
            {
                _errors.Write(error);
            }

            Disconnect();
            return false;
        }
    }

    // Null when the batch is committed; otherwise the result of all its writes.
    private PostResult? Write()
    {
        if (!TryConnect())
        {
            return PostResult.StorageFailed;
        }

        var isReconnected = false;
        var began = Environment.TickCount64;
        while (true)
        {
            try
            {
                var beganAtNs = Clock.NowNs;
                _commands.Run(_connection!, _batch, !_keys.IsFull, began);
                if (_unconfirmed is { } reason)
                {
                    throw new NpgsqlException($"a commit is not confirmed: {reason}");
                }

                _usedAtMs = Environment.TickCount64;
                _metrics.CommitDuration.Record(Clock.NowNs - beganAtNs);
                _metrics.BatchWrites.Record(_batch.Count);
                _metrics.CountTransactions(_commands.Posted, _commands.Refused);
                return null;
            }
            catch (Exception error) when (!_commands.MayHaveCommitted && PostgresFailure.IsRetryable(error))
            {
                _metrics.CountRetry();
                if (Environment.TickCount64 - began > Limits.BusyTimeoutMs)
                {
                    return GiveUp();
                }

                // A random delay, so that two conflicting batches do not stay in step.
                Thread.Sleep(Random.Shared.Next(Limits.PostgresRetryDelayMsMax + 1));
            }
            catch (Exception error) when (!_commands.MayHaveCommitted && PostgresFailure.IsLockTimeout(error))
            {
                return GiveUp();
            }
            catch (Exception error) when (PostgresFailure.IsStorageFailure(error))
            {
                // A new connection also helps if only this one cannot write: its server has become a standby, say.
                _errors.Write(error);
                var result = _commands.MayHaveCommitted ? PostResult.OutcomeUnknown : PostResult.StorageFailed;
                // If only the connection was lost. Npgsql closes it after some errors, too.
                var mayRetry = !_commands.MayHaveCommitted
                    && (!PostgresFailure.IsRolledBack(error, _shards.IsDistributed) || !IsOpen(_connection))
                    && !isReconnected
                    && Environment.TickCount64 - began < Limits.PostgresSlowFailureMs;
                Disconnect();
                if (!mayRetry || !TryConnect())
                {
                    return result;
                }

                isReconnected = true;
                _metrics.CountRetry();
            }
        }
    }

    private PostResult GiveUp()
    {
        Interlocked.Exchange(ref _lockedOutAtMs, Environment.TickCount64);
        Log.LedgerLocked(_logger, Limits.BusyTimeoutMs);
        return PostResult.Busy;
    }

    private bool TryConnect(bool logs = true)
    {
        if (_connection is { } connection
            && IsOpen(connection)
            && _source == _hosts.Serving.Writes
            && (Environment.TickCount64 - _usedAtMs < Limits.PostgresPingAfterMs || IsAlive(connection)))
        {
            return true;
        }

        Disconnect();
        try
        {
            Connect();
            return true;
        }
        catch (Exception error) when (PostgresFailure.IsStorageFailure(error))
        {
            if (logs)
            {
                _errors.Write(error);
            }

            return false;
        }
    }

    private static bool IsOpen(NpgsqlConnection? connection) => connection?.State == System.Data.ConnectionState.Open;

    private void Connect()
    {
        _source = _hosts.Find().Writes;
        _connection = _source.OpenConnection();
        _usedAtMs = Environment.TickCount64;
        _unconfirmed = null;
        _connection.Notice += (_, notice) =>
            _unconfirmed ??= PostgresFailure.IsUnconfirmedCommit(notice.Notice) ? notice.Notice.MessageText : null;
    }

    // Pings an idle connection: on a dead one the batch's outcome would be unknown.
    private bool IsAlive(NpgsqlConnection connection)
    {
        try
        {
            using var ping = new NpgsqlCommand("SELECT 1", connection);
            ping.CommandTimeout = Limits.PostgresPingTimeoutSeconds;
            _ = ping.ExecuteNonQuery();
            _usedAtMs = Environment.TickCount64;
            return true;
        }
        catch (Exception error) when (PostgresFailure.IsStorageFailure(error))
        {
            return false;
        }
    }

    private void Disconnect()
    {
        if (_connection is not null)
        {
            try
            {
                _connection.Dispose();
            }
            catch (Exception error) when (PostgresFailure.IsStorageFailure(error))
            {
                // It has sent a ROLLBACK to a server that is gone.
            }

            _connection = null;
            _commands.Dispose();
            _commands = new PostgresBatch(_shards.IsDistributed);
            _source!.Clear(); // Otherwise the pool would give it out again.
        }
    }

    private void RefuseOverdue(object? state)
    {
        while (_queue.TakeOlderThan(Environment.TickCount64 - Limits.BusyTimeoutMs) is { } overdue)
        {
            Interlocked.Exchange(ref _lockedOutAtMs, Environment.TickCount64);
            overdue.Complete(PostResult.Busy);
        }

        // Without writes, too, /health and the metrics must tell that the database is lost.
        if (_isFailing || Environment.TickCount64 - Volatile.Read(ref _usedAtMs) > Limits.PostgresIdlePingMs)
        {
            _queue.WakeForProbe();
        }
    }
}
