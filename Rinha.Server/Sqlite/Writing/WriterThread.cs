using Microsoft.Extensions.Logging;
using Rinha.Server.Ledger;
using Rinha.Server.Queue;

namespace Rinha.Server.Sqlite.Writing;

// The writer: takes the turns that may have to wait, and completes what they committed. It wakes for writes from
// outside a round and for what a round hands over. Owns its thread, its batch, and the timer that answers writes 503
// once they have been queued for too long. Any thread may call the members.
internal sealed class WriterThread : IDisposable
{
    private readonly WriteQueue _queue;
    private readonly CommitTurn _turn;
    private readonly ILogger _logger;
    private readonly Batch _batch = new(); // Apart from the round's: see LoopRound.
    private readonly Thread _thread;
    private readonly Timer _busyCheck;

    public WriterThread(WriteQueue queue, CommitTurn turn, ILogger logger)
    {
        _queue = queue;
        _turn = turn;
        _logger = logger;
        _thread = new Thread(Run) { Name = "ledger writer", IsBackground = true };
        _busyCheck = new Timer(RefuseOverdue, null, Limits.BusyCheckIntervalMs, Limits.BusyCheckIntervalMs);
        _thread.Start();
    }

    // While it is false, even after Dispose, the thread may use the queue and the turn.
    public bool HasEnded => !_thread.IsAlive;

    public WriterState State =>
        HasEnded ? WriterState.Ended
        : _turn.IsLockedOut ? WriterState.Locked
        : _turn.IsFailing ? WriterState.Failing
        : WriterState.Ready;

    // Closes the queue, finishes what it holds, ends the thread. While another process or program keeps the lock, what
    // is queued is refused instead, and the thread lives until the process ends.
    public void Dispose()
    {
        _queue.Close();
        _busyCheck.Dispose();
        if (!_thread.Join(Limits.WriterStopTimeoutMs))
        {
            _queue.RefuseAll(PostResult.Stopping);
        }
    }

    private void Run()
    {
        while (_queue.Wait())
        {
            if (_turn.Take(_batch) == TurnEnd.LedgerLocked)
            {
                Log.LedgerLocked(_logger, Limits.BusyTimeoutMs);
            }

            _batch.Complete();
            _turn.RequestCheckpoint();
        }
    }

    // Also sees whether the ledger's file is still there. The timer runs it on a thread of the pool, where the refused
    // requests go on.
    private void RefuseOverdue(object? state)
    {
        while (_queue.TakeOlderThan(Environment.TickCount64 - Limits.BusyTimeoutMs) is { } overdue)
        {
            _turn.NoteTimeout();
            overdue.Complete(PostResult.Busy);
        }

        _turn.CheckFile();
        if (_turn.IsLockedOut || _turn.IsFailing)
        {
            // A balancer that sees 503 sends no writes, so probe the lock and the storage ourselves.
            _queue.WakeForProbe();
        }
    }
}
