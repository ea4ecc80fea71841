using Rinha.Server.Ledger;

namespace Rinha.Server.Queue;

// The writes of one commit with their results. Belongs to one thread: each that commits has one.
internal sealed class Batch
{
    private readonly PendingWrite[] _writes = new PendingWrite[Limits.BatchWritesMax];
    private readonly WriteOutcome[] _results = new WriteOutcome[Limits.BatchWritesMax];

    public int Count { get; private set; }

    // The results of all writes taken so far.
    public Span<WriteOutcome> Results => _results.AsSpan(0, Count);

    // Takes what waits, as far as there is room (WriteQueue.Take). Returns the writes of this call.
    public ReadOnlySpan<PendingWrite> TakeFrom(WriteQueue queue, bool stopsAtReset = false)
    {
        var count = queue.Take(_writes.AsSpan(Count), stopsAtReset);
        Count += count;
        return _writes.AsSpan(Count - count, count);
    }

    // Gives every write the same result.
    public void FailAll(PostResult result = PostResult.StorageFailed) => Results.Fill(result);

    // Completes every write with its result: each call runs the rest of its request, up to the send. Empty afterwards.
    public void Complete()
    {
        var count = Count;
        Count = 0;
        for (var index = 0; index < count; index++)
        {
            _writes[index].Complete(_results[index]);
        }
    }
}
