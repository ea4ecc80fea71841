using Rinha.Server.Ledger;
using Rinha.Server.Queue;

namespace Rinha.Server.Sqlite.Writing;

// The event loop's round: its writes join the shared queue without waking the writer, since the loop itself takes the
// turn at the round's end. Owns a batch and the count of the round's writes. Never waits: whatever would make the loop
// wait it hands over to the writer (WriterThread); with commitsSync (RINHA_SYNCHRONOUS=FULL, not the default) that is
// every commit. Belongs to one thread, the first that uses it.
internal sealed class LoopRound(WriteQueue queue, CommitTurn turn, bool commitsSync) : IWriteRound
{
    // Apart from the writer's: a thread completes its batch after its turn, while the other may already fill its own.
    private readonly Batch _batch = new();
    private int _threadId; // 0 until the first use.

    public int Writes { get; private set; }

    public ValueTask<WriteOutcome> JoinAsync(PendingWrite write)
    {
        VerifyAccess();
        Writes++;
        return queue.Add(write, wakesWriter: false);
    }

    public RoundEnd TryCommit()
    {
        VerifyAccess();
        if (queue.Count == 0)
        {
            Writes = 0;
            return RoundEnd.Nothing;
        }

        if (commitsSync)
        {
            HandOver(); // Each commit waits for the disk.
            return RoundEnd.HandedOver;
        }

        switch (turn.TryTake(_batch))
        {
            case TurnEnd.GateTaken:
                return RoundEnd.GateTaken;
            case TurnEnd.MustWait or TurnEnd.LedgerLocked:
                HandOver();
                return RoundEnd.HandedOver;
        }

        Writes = 0;
        _batch.Complete();
        turn.RequestCheckpoint();
        // Writes that joined without a wake-up may be left: behind a reset, or beyond a full batch.
        queue.Wake();
        return RoundEnd.Committed;
    }

    public void HandOver()
    {
        VerifyAccess();
        Writes = 0;
        queue.Wake();
    }

    private void VerifyAccess()
    {
        var caller = Environment.CurrentManagedThreadId;
        if (_threadId != caller)
        {
            _threadId = _threadId == 0
                ? caller
                : throw new InvalidOperationException("a round belongs to the event loop's thread");
        }
    }
}
