namespace Rinha.Server.Ledger;

/// <summary>
/// Writes waiting for the writer, oldest first, in a ring of fixed size. Any thread adds; the writer alone waits and
/// takes; the busy check removes what has waited too long. A write is in the queue or out of it, never both, so one
/// that was removed as too old is certain not to be applied.
/// </summary>
internal sealed class WriteQueue : IDisposable
{
    private readonly PendingWrite?[] _ring = new PendingWrite?[Limits.QueuedWritesMax];
    private readonly Lock _lock = new();
    private readonly AutoResetEvent _wake = new(false);
    private int _head;
    private int _count;
    private bool _writerWaits;
    private bool _prodded;
    private bool _closed;

    /// <summary>How many writes wait; to whoever has just added something, surely not 0 before it is taken.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Whether nothing waits; for whoever has just added something, certain.</summary>
    public bool IsEmpty => Count == 0;

    /// <summary>Adds a write, or completes it at once when the queue is full or closed.</summary>
    /// <param name="write">The write.</param>
    /// <param name="wakesWriter">
    /// Whether the writer is to come for it; otherwise <see cref="Wake"/> is still due.
    /// </param>
    public ValueTask<PostResult> Add(PendingWrite write, bool wakesWriter = true)
    {
        var task = write.Begin();
        bool wake;
        PostResult refusal;
        lock (_lock)
        {
            if (_count < _ring.Length && !_closed)
            {
                _ring[(_head + _count) & (_ring.Length - 1)] = write;
                _count++;
                wake = wakesWriter && _writerWaits;
                _writerWaits &= !wake;
                refusal = PostResult.Accepted;
            }
            else
            {
                wake = false;
                refusal = _closed ? PostResult.Stopping : PostResult.Overloaded;
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
    public void Prod()
    {
        lock (_lock)
        {
            _prodded = true;
            _writerWaits = false;
        }

        Signal();
    }

    /// <summary>Waits until there is something to take, or the writer is to take a turn for nothing.</summary>
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

                if (_closed)
                {
                    return false;
                }

                if (_prodded)
                {
                    _prodded = false;
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

    /// <summary>Lets no more writes in; those inside are still taken.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
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
