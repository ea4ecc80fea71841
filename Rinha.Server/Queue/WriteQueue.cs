using Rinha.Server.Ledger;

namespace Rinha.Server.Queue;

// Writes that wait for a commit, oldest first, in a ring of fixed size. Any thread adds; the writer's thread waits; the
// threads that commit take (Batch.TakeFrom); the busy check removes what has waited too long. A write is in the queue
// or in a batch, never both, so one that was removed as too old will not be applied (docs/models/writes.pml).
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

    // How many writes wait. Read without the lock: a thread sees at least the writes it has added itself.
    public int Count => Volatile.Read(ref _count);

    // Adds a write, or completes it at once when the queue is full or closed. After wakesWriter: false the caller has
    // to take the write itself or call Wake.
    public ValueTask<WriteOutcome> Add(PendingWrite write, bool wakesWriter = true)
    {
        var task = write.Begin();
        var wake = false;
        PostResult? refusal = null;
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
        else if (refusal is { } result)
        {
            write.Complete(result);
        }

        return task;
    }

    // Wakes the writer's thread if writes wait and it sleeps.
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

    // Makes the writer's thread take a turn even if nothing waits: after a timeout, to find out whether the ledger is
    // still locked (WriterThread).
    public void WakeForProbe()
    {
        lock (_lock)
        {
            _isProbeDue = true;
            _writerWaits = false;
        }

        Signal();
    }

    // Waits until there is something to take, or a probe is due. False when the queue is closed and empty: no more
    // writes will come.
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

    // Takes the oldest writes, as many as there are or fit; with stopsAtReset only those before the first reset, with
    // joins those before the first that may not join. Returns how many: 0 when another thread was faster.
    public int Take(Span<PendingWrite> batch, bool stopsAtReset = false, Predicate<PendingWrite>? joins = null)
    {
        lock (_lock)
        {
            var count = 0;
            while (count < batch.Length
                && _count > 0
                && !(stopsAtReset && _ring[_head] is PendingReset)
                && joins?.Invoke(_ring[_head]!) != false)
            {
                batch[count++] = RemoveHead();
            }

            return count;
        }
    }

    // Takes the oldest write if it was added before tickMs.
    public PendingWrite? TakeOlderThan(long tickMs)
    {
        lock (_lock)
        {
            return _count > 0 && _ring[_head]!.QueuedAtMs < tickMs ? RemoveHead() : null;
        }
    }

    // Takes every write that waits, or was queued before a time, and completes it.
    public void RefuseAll(PostResult result, long queuedBeforeMs = long.MaxValue)
    {
        while (TakeOlderThan(queuedBeforeMs) is { } write)
        {
            write.Complete(result);
        }
    }

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
            // The writer has ended meanwhile: the busy check may still run after its timer is disposed.
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

// The writes of one commit with their results. Belongs to one thread: each that commits has one.
internal sealed class Batch
{
    private readonly PendingWrite[] _writes = new PendingWrite[Limits.BatchWritesMax];
    private readonly WriteOutcome[] _results = new WriteOutcome[Limits.BatchWritesMax];

    public int Count { get; private set; }

    // All writes taken so far, and their results.
    public ReadOnlySpan<PendingWrite> Writes => _writes.AsSpan(0, Count);

    public Span<WriteOutcome> Results => _results.AsSpan(0, Count);

    // Takes what waits, as far as there is room (WriteQueue.Take). Returns the writes of this call.
    public ReadOnlySpan<PendingWrite> TakeFrom(
        WriteQueue queue, bool stopsAtReset = false, Predicate<PendingWrite>? joins = null)
    {
        var count = queue.Take(_writes.AsSpan(Count), stopsAtReset, joins);
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
