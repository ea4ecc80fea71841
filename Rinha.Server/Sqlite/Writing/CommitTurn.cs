using Rinha.Server.Ledger;
using Rinha.Server.Queue;
using Rinha.Server.Sqlite.Locking;
using Rinha.Server.Sqlite.Upkeep;
using Rinha.Server.Telemetry;

namespace Rinha.Server.Sqlite.Writing;

// How a turn ended.
internal enum TurnEnd
{
    Done, // Each write of the batch has its result: committed together, or, after a failure, none applied.
    MustWait, // Nothing was taken: another thread of this process has the turn.
    GateTaken, // Nothing was taken: the gate is taken, or it is another's turn.
    LedgerLocked, // Nothing was taken: another program has SQLite's lock.
}

// A turn of this process at committing what is queued together (group commit): pass the gate, open the transaction,
// only then take what is queued, commit, exit the gate. So a write that is still in the queue has not been applied.
//
// Owns the gate, the writing connection, and the lock that gives one thread of this process the turn. Does not complete
// the writes: completing one runs its request, so each thread completes its own batch after its turn. Any thread may
// call it; only Take waits.
internal sealed class CommitTurn(
    LedgerFile file, WriteQueue queue, Checkpointer checkpointer, ThrottledErrorLog errors, LedgerMetrics metrics)
    : IDisposable
{
    // Between the threads of this process; the gate is between instances, this process's checkpointer among them.
    private readonly Lock _lock = new();
    private readonly WriteTransaction _transaction = new(file);
    private readonly Gate _gate = OpenGate(file);
    private volatile bool _isLockedOut;
    private volatile bool _isFailing;
    private bool _isLost; // By the last CheckFile.
    private bool _isDisposed;
    private long _gateAskedAtNs; // When the gate was first asked for since the last turn inside it; 0: not yet.

    // Whether a write has timed out, and no transaction has been opened since.
    public bool IsLockedOut => _isLockedOut;

    // Whether a commit has failed, and none has written anything since. An empty turn then probes the storage.
    public bool IsFailing => _isFailing;

    public void NoteTimeout() => _isLockedOut = true;

    // Looks whether the ledger's file is still the one that was opened; what is posted to another one would be lost.
    public void CheckFile()
    {
        if (_lock.TryEnter())
        {
            _isLost = !_isDisposed && _transaction.IsLost;
            _isFailing |= _isLost;
            _lock.Exit();
        }
    }

    // Commits without waiting, or does nothing. The turn stops at a reset, which reads the whole history.
    public TurnEnd TryTake(Batch batch)
    {
        if (!_lock.TryEnter())
        {
            return TurnEnd.MustWait;
        }

        try
        {
            if (!_gate.TryEnter())
            {
                NoteGateAsked();
                return TurnEnd.GateTaken;
            }

            return CommitInsideGate(batch, mayWait: false);
        }
        finally
        {
            _lock.Exit();
        }
    }

    // Commits; waits for the turn, the gate and, for Limits.BusyTimeoutMs, for another program's lock.
    public TurnEnd Take(Batch batch)
    {
        lock (_lock)
        {
            NoteGateAsked();
            _gate.Enter();
            return CommitInsideGate(batch, mayWait: true);
        }
    }

    // To be called after the batch's writes are completed: their answers need not wait for the checkpointer's wake-up.
    public void RequestCheckpoint()
    {
        if (_transaction.WalPages >= Limits.CheckpointPages)
        {
            checkpointer.Request();
        }
    }

    // To be called when no thread takes turns any more; the timer may still call CheckFile.
    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _gate.Dispose();
            _transaction.Dispose();
        }
    }

    private static Gate OpenGate(LedgerFile file)
    {
        var gate = new Gate(file.Path);
        file.EnsureNotConverted();
        return gate;
    }

    private TurnEnd CommitInsideGate(Batch batch, bool mayWait)
    {
        try
        {
            metrics.GateWait.Record(_gateAskedAtNs == 0 ? 0 : Clock.NowNs - _gateAskedAtNs);
            _gateAskedAtNs = 0;
            return WriteBatch(batch, mayWait);
        }
        finally
        {
            _gate.Exit();
        }
    }

    private void NoteGateAsked() => _gateAskedAtNs = _gateAskedAtNs == 0 ? Clock.NowNs : _gateAskedAtNs;

    // When another program has the lock, nothing is taken: the writes stay queued, and overdue ones get a 503.
    private TurnEnd WriteBatch(Batch batch, bool mayWait)
    {
        switch (_transaction.Begin(waits: mayWait))
        {
            case BeginResult.Busy:
                return TurnEnd.LedgerLocked;
            case BeginResult.Begun when _isLost:
                _transaction.NoteLost();
                _transaction.RollBack();
                batch.TakeFrom(queue, stopsAtReset: !mayWait);
                return Fail(batch);
            case BeginResult.Failed:
                batch.TakeFrom(queue, stopsAtReset: !mayWait);
                return Fail(batch);
        }

        _isLockedOut = false;
        var sound = true;
        // What arrives during the batch still joins it: more writes then share its commit.
        while (sound && batch.TakeFrom(queue, stopsAtReset: !mayWait) is { Length: > 0 } taken)
        {
            var results = batch.Results[^taken.Length..];
            for (var index = 0; index < taken.Length; index++)
            {
                results[index] = _transaction.Apply(taken[index]);
                sound &= results[index].Result != PostResult.StorageFailed;
            }
        }

        var isProbe = _isFailing && batch.Count == 0;
        sound = sound && (!isProbe || _transaction.TryProbe());
        if (!sound)
        {
            _transaction.RollBack();
        }

        if (!sound || !TryCommitAndCount(batch.Count))
        {
            return Fail(batch);
        }

        _isFailing = _isFailing && !isProbe && _transaction.Posted == 0; // A refusal writes nothing.
        return TurnEnd.Done;
    }

    private bool TryCommitAndCount(int writes)
    {
        var beganAtNs = Clock.NowNs;
        var isCommitted = _transaction.TryCommit();
        if (isCommitted && writes > 0)
        {
            metrics.CommitDuration.Record(Clock.NowNs - beganAtNs);
            metrics.BatchWrites.Record(writes);
            metrics.CountTransactions(_transaction.Posted, _transaction.Refused);
        }

        return isCommitted;
    }

    private TurnEnd Fail(Batch batch)
    {
        if (batch.Count > 0)
        {
            errors.Write(_transaction.LastError); // A probe's failure is no news.
        }

        _isFailing = true;
        batch.FailAll();
        return TurnEnd.Done;
    }
}
