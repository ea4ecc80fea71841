namespace Rinha.Server.Ledger;

/// <summary>
/// Writes waiting for the writer, oldest first, in a ring of fixed size. Any thread adds; the writer alone waits; the
/// busy check removes what has waited too long. A write is in the queue or out of it, never both, so one that was
/// removed as too old is certain not to be applied.
/// </summary>
internal sealed class WriteQueue : IDisposable
{
    private readonly PendingWrite?[] _ring = new PendingWrite?[Limits.QueuedWritesMax];
    private readonly Lock _lock = new();
    private readonly AutoResetEvent _wake = new(false);
    private int _head;
    private int _count;
    private bool _writerWaits;
    private bool _isProbeDue;
    private bool _isClosed;

    /// <summary>How many writes wait; to a thread that has just added one, not 0 before it is taken.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Adds a write, or completes it at once when the queue is full or closed.</summary>
    /// <param name="write">The write.</param>
    /// <param name="wakesWriter">Whether the writer is to come for it; otherwise <see cref="Wake"/> is due.</param>
    public ValueTask<PostResult> Add(PendingWrite write, bool wakesWriter = true)
    {
        var task = write.Begin();
        var wake = false;
        var refusal = PostResult.Accepted;
        lock (_lock)
        {
            if (_count == _ring.Length || _isClosed)
            {
                refusal = _isClosed ? PostResult.Stopping : PostResult.Overloaded;
            }
            else
            {
                _ring[(_head + _count) & (_ring.Length - 1)] = write;
                _count++;
                wake = wakesWriter && _writerWaits;
                _writerWaits &= !wake;
            }
        }

        if (wake)
        {
            Signal();
        }
        else if (refusal != PostResult.Accepted)
        {
            write.Complete(refusal);
        }

        return task;
    }

    /// <summary>Lets the writer come for what waits.</summary>
    public void Wake()
    {
        lock (_lock)
        {
            if (_count == 0 || !_writerWaits)
            {
                return;
            }

            _writerWaits = false;
        }

        Signal();
    }

    /// <summary>Lets the writer take a turn although nothing waits.</summary>
    public void WakeForProbe()
    {
        lock (_lock)
        {
            _isProbeDue = true;
            _writerWaits = false;
        }

        Signal();
    }

    /// <summary>Waits until there is something to take, or a probe is due.</summary>
    /// <returns><see langword="false"/> when the queue is closed and empty: no write will come any more.</returns>
    public bool Wait()
    {
        while (true)
        {
            lock (_lock)
            {
                if (_count > 0)
                {
                    return true;
                }

                if (_isClosed)
                {
                    return false;
                }

                if (_isProbeDue)
                {
                    _isProbeDue = false;
                    return true;
                }

                _writerWaits = true;
            }

            _wake.WaitOne();
        }
    }

    /// <summary>Takes the oldest writes, as many as there are or fit.</summary>
    /// <param name="batch">Where to.</param>
    /// <param name="stopsAtReset">Whether to leave the first reset in the queue, and all that came after it.</param>
    /// <returns>How many were taken; 0 when the busy check was faster.</returns>
    public int Take(Span<PendingWrite> batch, bool stopsAtReset = false)
    {
        lock (_lock)
        {
            var count = 0;
            while (count < batch.Length && _count > 0 && !(stopsAtReset && _ring[_head] is PendingReset))
            {
                batch[count++] = RemoveHead();
            }

            return count;
        }
    }

    /// <summary>Takes the oldest write if it was added before <paramref name="tickMs"/>.</summary>
    public PendingWrite? TakeOlderThan(long tickMs)
    {
        lock (_lock)
        {
            return _count > 0 && _ring[_head]!.QueuedAtMs < tickMs ? RemoveHead() : null;
        }
    }

    /// <summary>Takes every write that waits and completes it.</summary>
    public void RefuseAll(PostResult result)
    {
        while (TakeOlderThan(long.MaxValue) is { } write)
        {
            write.Complete(result);
        }
    }

    /// <summary>Lets no more writes in; those inside are still taken.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
        }

        Signal();
    }

    public void Dispose() => _wake.Dispose();

    private void Signal()
    {
        try
        {
            _wake.Set();
        }
        catch (ObjectDisposedException)
        {
            // The writer has ended since this thread decided to wake it: the busy check, say, outlives its timer.
        }
    }

    private PendingWrite RemoveHead()
    {
        var write = _ring[_head]!;
        _ring[_head] = null;
        _head = (_head + 1) & (_ring.Length - 1);
        _count--;
        return write;
    }
}

/// <summary>The writes of one commit with their results. Belongs to one thread.</summary>
internal sealed class Batch
{
    private readonly PendingWrite[] _writes = new PendingWrite[Limits.BatchWritesMax];
    private readonly PostResult[] _results = new PostResult[Limits.BatchWritesMax];

    /// <summary>How many writes it has.</summary>
    public int Count { get; private set; }

    /// <summary>The results of all that were taken.</summary>
    public Span<PostResult> Results => _results.AsSpan(0, Count);

    /// <summary>Takes what waits, as far as there is room (<see cref="WriteQueue.Take"/>).</summary>
    /// <returns>The writes that were taken now.</returns>
    public ReadOnlySpan<PendingWrite> TakeFrom(WriteQueue queue, bool stopsAtReset = false)
    {
        var count = queue.Take(_writes.AsSpan(Count), stopsAtReset);
        Count += count;
        return _writes.AsSpan(Count - count, count);
    }

    /// <summary>Gives every write the same result.</summary>
    public void FailAll(PostResult result = PostResult.StorageFailed) => Results.Fill(result);

    /// <summary>Completes every write with its result, and is empty afterwards.</summary>
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
