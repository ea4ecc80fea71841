using System.Buffers;
using System.IO.Pipelines;
using System.Threading.Tasks.Sources;
using Rinha.Server.Ledger;

namespace Rinha.Server.Net;

// What a connection has received: the socket is read when Kestrel wants bytes, into a buffer that an idle connection
// does not have.
//
// ReadAsync never completes at once: the event loop resumes the reader, in slices of Limits.StepsPerSliceMax, and looks
// at the other sockets between two slices. So a client with many requests in its socket cannot keep the loop, and a
// thread that completes a write (the ledger's writer) sends the answer and leaves the next request to the loop. One
// reader at a time; OnReadable and RunSlice are the loop's, any thread may call the rest.
internal sealed class ConnectionInput(SocketConnection connection, EventLoop loop, CurrentRound current)
    : PipeReader, IValueTaskSource<ReadResult>
{
    private const int BufferBytes = 4096;

    private readonly Lock _lock = new();
    private ManualResetValueTaskSourceCore<ReadResult> _read;
    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private int _examined; // Up to here the reader has seen everything and wants more.
    private ReadOnlySequence<byte> _given;
    private bool _mayReceive; // The socket may have something: an event came, or the last receive filled up.
    private bool _isEndThere;
    private bool _isVacant; // The client has closed between two requests; another one's socket may follow.
    private bool _waits;
    private bool _isScheduled; // It is in the loop's queue, or running its slice.
    private int _stepsLeft; // In this slice, receives included; 0 outside a slice.
    private bool _isCanceled;
    private bool _hasEnded;
    private bool _isComplete;

    private bool HasNews => _end != _examined || _isCanceled || _hasEnded;

    // Something has come: if the reader waits for it, run a slice. If the other side's end came with
    // it, no other event will report that.
    public void OnReadable(bool isEndThere)
    {
        lock (_lock)
        {
            _mayReceive = true;
            _isEndThere |= isEndThere;
            if (!_waits || _isScheduled)
            {
                return;
            }

            _isScheduled = true;
        }

        RunSlice();
    }

    // Another client's socket follows. False if Kestrel is ending the connection.
    public bool TryBegin()
    {
        lock (_lock)
        {
            if (!_waits || HasNews)
            {
                return false;
            }

            _isVacant = _isEndThere = _mayReceive = false;
            return true;
        }
    }

    // Resumes the reader while it waits and there is something to read: called by OnReadable, or by the loop for a
    // queued connection. Returns how many times.
    public int RunSlice()
    {
        loop.VerifyAccess(); // The requests of a slice join the loop's round.
        var reads = 0;
        _stepsLeft = Limits.StepsPerSliceMax;
        current.Round = loop.Round;
        while (TryResume(out var result))
        {
            reads++;
            // Kestrel goes on here, on this thread: it parses the bytes and calls BankApplication.ProcessRequestAsync
            // for each request. The answer comes back by ConnectionOutput.FlushAsync. If Kestrel asks for more before
            // this returns (OnCompleted sets _waits), the loop goes on; after a POST, Kestrel first waits for the
            // commit.
            _read.SetResult(result);
        }

        current.Round = null;
        if (_isVacant)
        {
            connection.Vacate();
        }

        return reads;
    }

    // Receives nothing more, as if the other side had closed.
    public void End()
    {
        lock (_lock)
        {
            _hasEnded = true;
            Schedule();
        }
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _read.Reset();
        return new ValueTask<ReadResult>(this, _read.Version);
    }

    public override bool TryRead(out ReadResult result)
    {
        lock (_lock)
        {
            return TryReceive(out result);
        }
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        lock (_lock)
        {
            // Kestrel gives no positions if it failed while reading: nothing was consumed then.
            if (consumed.GetObject() is not null && examined.GetObject() is not null)
            {
                // GetOffset counts from the start of the array, hence the differences.
                var first = _given.GetOffset(_given.Start);
                _examined = _start + (int)(_given.GetOffset(examined) - first);
                _start += (int)(_given.GetOffset(consumed) - first);
            }

            _given = default;
        }
    }

    public override void CancelPendingRead()
    {
        lock (_lock)
        {
            _isCanceled = true;
            Schedule();
        }
    }

    public override void Complete(Exception? exception = null)
    {
        lock (_lock)
        {
            _isComplete = true;
            _start = _end = _examined = 0;
            Release();
        }
    }

    ReadResult IValueTaskSource<ReadResult>.GetResult(short token) => _read.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<ReadResult>.GetStatus(short token) => _read.GetStatus(token);

    // Only a reader that has registered its continuation is resumed: otherwise it would find its read complete and go
    // on by itself, on any thread.
    void IValueTaskSource<ReadResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        _read.OnCompleted(continuation, state, token, flags);
        lock (_lock)
        {
            Release();
            _waits = true;
            Schedule();
        }
    }

    // Tells the loop, once, that a waiting reader has something to read.
    private void Schedule()
    {
        if (_waits && !_isScheduled && (HasNews || _mayReceive))
        {
            _isScheduled = true;
            loop.Schedule(this);
        }
    }

    private bool TryResume(out ReadResult result)
    {
        lock (_lock)
        {
            if (_waits && _stepsLeft > 0 && TryReceive(out result))
            {
                _stepsLeft--;
                _waits = false;
                return true;
            }

            _isScheduled = _waits && _stepsLeft <= 0;
            if (_isScheduled)
            {
                loop.Schedule(this); // The rest is for its next slice.
            }

            _stepsLeft = 0;
            result = default;
            return false;
        }
    }

    // Gives what the buffer has, otherwise what the socket has.
    private bool TryReceive(out ReadResult result)
    {
        while (!TryTake(out result))
        {
            if (!_mayReceive || _hasEnded || _stepsLeft <= 0 || !TryMakeRoom())
            {
                return false;
            }

            Receive();
        }

        return true;
    }

    private bool TryTake(out ReadResult result)
    {
        if (!HasNews)
        {
            result = default;
            return false;
        }

        current.IsBetweenRequests &= _start == _end;
        _given = new ReadOnlySequence<byte>(_buffer, _start, _end - _start);
        result = new ReadResult(_given, _isCanceled, _hasEnded);
        _isCanceled = false;
        return true;
    }

    private void Receive()
    {
        _stepsLeft--;
        var room = _buffer.Length - _end;
        var count = connection.Socket.Receive(_buffer.AsSpan(_end), out var error);
        if (count > 0)
        {
            _end += count;
            // A receive that does not fill the buffer has emptied the socket, except for an end that came with the last
            // bytes; what comes later is a new event.
            _mayReceive = count == room || _isEndThere;
        }
        else if (count < 0 && error == LibC.Again)
        {
            _mayReceive = false;
        }
        else
        {
            // Closed or reset: the reader sees the same.
            _isVacant = current.IsBetweenRequests && _waits && _start == _end;
            _hasEnded = !_isVacant;
            _mayReceive = false;
        }
    }

    private bool TryMakeRoom()
    {
        if (_buffer.Length - _end < BufferBytes / 4 && _start > 0)
        {
            Move(_buffer);
        }

        if (_end < _buffer.Length)
        {
            return true;
        }

        if (_buffer.Length >= Limits.InputBytesMax || _isComplete)
        {
            return false;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(BufferBytes, _buffer.Length * 2));
        var old = _buffer;
        Move(larger);
        _buffer = larger;
        ArrayPool<byte>.Shared.Return(old);
        return true;
    }

    private void Move(byte[] target)
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(target);
        _end -= _start;
        _examined -= _start;
        _start = 0;
    }

    // An idle connection needs no buffer.
    private void Release()
    {
        if (_start == _end && _buffer.Length > 0)
        {
            _start = _end = _examined = 0;
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }
    }
}
