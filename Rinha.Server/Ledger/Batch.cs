namespace Rinha.Server.Ledger;

/// <summary>The writes of one commit with their results. Belongs to one thread.</summary>
/// <param name="writesMax">How many there may be, from 1.</param>
internal sealed class Batch(int writesMax = Limits.BatchWritesMax)
{
    private readonly PendingWrite[] _writes = new PendingWrite[writesMax];
    private readonly PostResult[] _results = new PostResult[writesMax];
    private int _taken;
    private int _decided;

    /// <summary>How many writes it has.</summary>
    public int Count => _taken;

    /// <summary>Takes what waits, as far as there is room.</summary>
    /// <returns>The writes that were taken now.</returns>
    /// <inheritdoc cref="WriteQueue.Take"/>
    public ReadOnlySpan<PendingWrite> TakeFrom(WriteQueue queue, bool stopsAtReset = false)
    {
        var count = queue.Take(_writes.AsSpan(_taken), stopsAtReset);
        _taken += count;
        return _writes.AsSpan(_taken - count, count);
    }

    /// <summary>Notes the result of the next write in the order in which they were taken.</summary>
    public void SetNext(PostResult result) => _results[_decided++] = result;

    /// <summary>The results of all that were taken, for who decides them in another order.</summary>
    public Span<PostResult> Results => _results.AsSpan(0, _taken);

    /// <summary>Nothing of what was taken has an answer of its own.</summary>
    public void FailAll(PostResult result = PostResult.StorageFailed)
    {
        Results.Fill(result);
        _decided = _taken;
    }

    /// <summary>Completes every write with its result, and is empty afterwards.</summary>
    public void Complete()
    {
        var count = _taken;
        _taken = _decided = 0;
        for (var index = 0; index < count; index++)
        {
            _writes[index].Complete(_results[index]);
        }
    }
}
