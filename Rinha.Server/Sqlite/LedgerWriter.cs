using Microsoft.Extensions.Logging;
using Rinha.Server.Ledger;
using Rinha.Server.Telemetry;

namespace Rinha.Server.Sqlite;

// Commits what waits in the queue together (group commit), in turns: pass the gate, open the transaction, only then
// take what waits, commit, leave the gate, complete the writes. A write that is still in the queue has surely not been
// applied.
//
// The event loop adds its writes to a round (IWriteRound) and takes the turn at its end, on its own thread: no other
// thread has to be woken. Whatever would make the loop wait is left to the writer's thread: the other process staying
// inside the gate, another program's lock, a disk to wait for, or a reset, which reads the whole history.
internal sealed class LedgerWriter : IWriteRound, IDisposable
{
    private readonly WriteQueue _queue = new();
    private readonly Batch _batch = new();
    private readonly Batch _roundBatch = new();
    private readonly Lock _turn = new(); // Whose turn it is inside this process; the gate is between processes.
    private readonly WriteTransaction _transaction;
    private readonly Gate _gate;
    private readonly Checkpointer _checkpointer;
    private readonly StorageAlarm _alarm;
    private readonly LedgerMetrics _metrics;
    private readonly ILogger _logger;
    private readonly Thread _thread;
    private readonly Timer _busyCheck;
    private readonly bool _commitsWait;
    private volatile bool _isLockedOut; // A write has timed out, and no transaction has been opened since.
    private int _roundWrites; // The loop's.
    private long _gateAskedAtNs; // By the turn that still waits; 0 when none does. Under the turn's lock.

    public LedgerWriter(
        LedgerFile file,
        Synchronous synchronous,
        Checkpointer checkpointer,
        StorageAlarm alarm,
        LedgerMetrics metrics,
        ILogger logger)
    {
        _alarm = alarm;
        _metrics = metrics;
        _commitsWait = synchronous == Synchronous.Full;
        _transaction = new WriteTransaction(file);
        _gate = new Gate(file.Path);
        file.RefuseConverted();
        _checkpointer = checkpointer;
        _logger = logger;
        _thread = new Thread(Run) { Name = "ledger writer", IsBackground = true };
        _busyCheck = new Timer(RefuseOverdue, null, Limits.BusyCheckIntervalMs, Limits.BusyCheckIntervalMs);
        _thread.Start();
    }

    // Whether the thread has ended; if not after Dispose, it may still use what it was given.
    public bool HasEnded => !_thread.IsAlive;

    public WriterState State =>
        HasEnded ? WriterState.Ended : _isLockedOut ? WriterState.Locked : WriterState.Ready;

    public int QueuedWrites => _queue.Count;

    int IWriteRound.Writes => _roundWrites;

    public ValueTask<WriteOutcome> WriteAsync(PendingWrite write) => _queue.Add(write);

    ValueTask<WriteOutcome> IWriteRound.JoinAsync(PendingWrite write)
    {
        _roundWrites++;
        return _queue.Add(write, wakesWriter: false);
    }

    bool IWriteRound.TryEnd()
    {
        if (_queue.Count == 0)
        {
            _roundWrites = 0;
            return true;
        }

        if (_commitsWait || !_turn.TryEnter())
        {
            LeaveRound();
            return true;
        }

        try
        {
            if (!_gate.TryEnter())
            {
                NoteGateAsked();
                return false;
            }

            NoteGateEntered();
            _roundWrites = 0;
            try
            {
                WriteBatch(_roundBatch, waits: false);
            }
            finally
            {
                _gate.Exit();
            }
        }
        finally
        {
            _turn.Exit();
        }

        _roundBatch.Complete();
        RequestCheckpoint();
        _queue.Wake();
        return true;
    }

    void IWriteRound.Leave() => LeaveRound();

    // Takes no more writes, finishes those that wait, ends the thread. If another process sits on the lock, what waits
    // for it is refused and the thread left to the end of the process.
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
        _gate.Dispose();
        _transaction.Dispose();
    }

    private void Run()
    {
        while (_queue.Wait())
        {
            lock (_turn)
            {
                NoteGateAsked();
                _gate.Enter();
                NoteGateEntered();
                try
                {
                    WriteBatch(_batch, waits: true);
                }
                finally
                {
                    _gate.Exit();
                }
            }

            _batch.Complete();
            RequestCheckpoint();
        }
    }

    private void LeaveRound()
    {
        _roundWrites = 0;
        _queue.Wake();
    }

    private void NoteGateAsked() => _gateAskedAtNs = _gateAskedAtNs == 0 ? Clock.NowNs : _gateAskedAtNs;

    private void NoteGateEntered()
    {
        _metrics.GateWait.Record(_gateAskedAtNs == 0 ? 0 : Clock.NowNs - _gateAskedAtNs);
        _gateAskedAtNs = 0;
    }

    private void RequestCheckpoint()
    {
        if (_transaction.WalPages >= Limits.CheckpointPages)
        {
            _checkpointer.Request();
        }
    }

    // Gives the writes of the batch their results. When another program has the lock, nothing is taken. A turn that may
    // not wait stops at a reset: the writer's thread takes it, and what came after it.
    private void WriteBatch(Batch batch, bool waits)
    {
        switch (_transaction.Begin(waits))
        {
            case BeginResult.Busy:
                // The writes stay queued; the overdue get their 503.
                if (waits)
                {
                    Log.LedgerLocked(_logger, Limits.BusyTimeoutMs);
                }

                return;
            case BeginResult.Failed:
                _alarm.Raise(_transaction.LastError);
                batch.TakeFrom(_queue, stopsAtReset: !waits);
                batch.FailAll();
                return;
        }

        _isLockedOut = false;
        var sound = true;
        // What arrives during the batch still joins it: its commit is then shared by more.
        while (sound && batch.TakeFrom(_queue, stopsAtReset: !waits) is { Length: > 0 } taken)
        {
            var results = batch.Results[^taken.Length..];
            for (var index = 0; index < taken.Length; index++)
            {
                results[index] = _transaction.Apply(taken[index]);
                sound &= results[index].Result != PostResult.StorageFailed;
            }
        }

        if (!sound)
        {
            _transaction.Rollback();
        }

        if (!sound || !TryCommit(batch.Count))
        {
            _alarm.Raise(_transaction.LastError);
            batch.FailAll();
        }
    }

    private bool TryCommit(int writes)
    {
        var beganAtNs = Clock.NowNs;
        var isCommitted = _transaction.TryCommit();
        if (isCommitted && writes > 0)
        {
            _metrics.CommitDuration.Record(Clock.NowNs - beganAtNs);
            _metrics.BatchWrites.Record(writes);
            _metrics.CountTransactions(_transaction.Posted, _transaction.Refused);
        }

        return isCommitted;
    }

    private void RefuseOverdue(object? state)
    {
        while (_queue.TakeOlderThan(Environment.TickCount64 - Limits.BusyTimeoutMs) is { } overdue)
        {
            _isLockedOut = true;
            overdue.Complete(PostResult.Busy);
        }

        if (_isLockedOut)
        {
            // A balancer that sees 503 sends no writes, so probe the lock ourselves.
            _queue.WakeForProbe();
        }
    }
}
