using Microsoft.Extensions.Logging;
using Rinha.Server.Ledger;

namespace Rinha.Server.Sqlite;

/// <summary>
/// The process's only writer: one thread that takes what waits in the queue and commits it together (group commit).
/// It passes the gate and opens the transaction before it takes anything, so a write that is still in the queue has
/// surely not been applied; it completes the writes after their commit, outside the gate, on its own thread.
/// </summary>
internal sealed class LedgerWriter : IDisposable
{
    private readonly WriteQueue _queue = new();
    private readonly PendingWrite[] _batch = new PendingWrite[Limits.BatchWritesMax];
    private readonly PostResult[] _results = new PostResult[Limits.BatchWritesMax];
    private readonly WriteTransaction _transaction;
    private readonly Gate _gate;
    private readonly Checkpointer _checkpointer;
    private readonly StorageAlarm _alarm;
    private readonly ILogger _logger;
    private readonly Thread _thread;
    private readonly Timer _busyCheck;

    public LedgerWriter(LedgerFile file, Checkpointer checkpointer, StorageAlarm alarm, ILogger logger)
    {
        _alarm = alarm;
        _transaction = new WriteTransaction(file);
        _gate = new Gate(file.Path);
        _checkpointer = checkpointer;
        _logger = logger;
        _thread = new Thread(Run) { Name = "ledger writer", IsBackground = true };
        _busyCheck = new Timer(RefuseOverdue, null, Limits.BusyCheckIntervalMs, Limits.BusyCheckIntervalMs);
        _thread.Start();
    }

    /// <summary>
    /// Whether the thread has ended; if not after <see cref="Dispose"/>, it may still use what it was given.
    /// </summary>
    public bool HasEnded => !_thread.IsAlive;

    /// <inheritdoc cref="ILedger.WriteAsync"/>
    public ValueTask<PostResult> WriteAsync(PendingWrite write) => _queue.Add(write);

    /// <summary>
    /// Takes no more writes, finishes those that wait, ends the thread. If another process sits on the lock, what waits
    /// for it is refused and the thread left to the end of the process.
    /// </summary>
    public void Dispose()
    {
        _queue.Close();
        _busyCheck.Dispose();
        if (!_thread.Join(Limits.WriterStopTimeoutMs))
        {
            while (_queue.TakeOlderThan(long.MaxValue) is { } waiting)
            {
                waiting.Complete(PostResult.Stopping);
            }

            return;
        }

        _queue.Dispose();
        _gate.Dispose();
        _transaction.Dispose();
    }

    private void Run()
    {
        while (_queue.Wait())
        {
            var count = 0;
            _gate.Enter();
            try
            {
                count = WriteBatch();
            }
            finally
            {
                _gate.Exit();
            }

            for (var index = 0; index < count; index++)
            {
                _batch[index].Complete(_results[index]);
            }

            if (_transaction.WalPages >= Limits.CheckpointPages)
            {
                _checkpointer.Request();
            }
        }
    }

    // How many writes of the batch have a result now.
    private int WriteBatch()
    {
        switch (_transaction.Begin())
        {
            case BeginResult.Busy:
                // Another program holds the lock past the timeout. The writes stay queued; the overdue get their 503.
                Log.LedgerLocked(_logger, Limits.BusyTimeoutMs);
                return 0;
            case BeginResult.Failed:
                _alarm.Raise(_transaction.LastError);
                return FailAll(_queue.Take(_batch));
        }

        var count = 0;
        var sound = true;
        int taken;
        // What arrives during the batch still joins it: its commit is then shared by more.
        while (sound && count < _batch.Length && (taken = _queue.Take(_batch.AsSpan(count))) > 0)
        {
            for (var end = count + taken; count < end; count++)
            {
                _results[count] = _transaction.Apply(_batch[count]);
                sound &= _results[count] != PostResult.StorageFailed;
            }
        }

        if (sound && _transaction.TryCommit())
        {
            return count;
        }

        _alarm.Raise(_transaction.LastError);
        _transaction.Rollback();
        return FailAll(count);
    }

    private int FailAll(int count)
    {
        _results.AsSpan(0, count).Fill(PostResult.StorageFailed);
        return count;
    }

    private void RefuseOverdue(object? state)
    {
        while (_queue.TakeOlderThan(Environment.TickCount64 - Limits.BusyTimeoutMs) is { } overdue)
        {
            overdue.Complete(PostResult.Busy);
        }
    }
}
