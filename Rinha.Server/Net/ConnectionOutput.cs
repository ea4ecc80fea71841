using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using System.Threading.Tasks.Sources;

namespace Rinha.Server.Net;

// What a connection sends. Kestrel writes an answer into it and calls FlushAsync, which sends all that was written, on
// the calling thread. Only a client that does not read makes a flush wait, for OnWritable. Kestrel has one writer at a
// time.
internal sealed class ConnectionOutput(SocketConnection connection, EventLoop loop)
    : PipeWriter, IValueTaskSource<FlushResult>
{
    private const int BufferBytes = 4096;
    private const int StatusAt = 9; // In "HTTP/1.1 400 Bad Request".

    private readonly Lock _lock = new();
    private ManualResetValueTaskSourceCore<FlushResult> _flush;
    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private bool _waits;
    private bool _isCanceled;
    private bool _isBroken;

    // Whether a client has left without its answer.
    public bool IsBroken => Volatile.Read(ref _isBroken);

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _end - _start;

    // The socket takes more: what is left of a flush is sent.
    public void OnWritable()
    {
        lock (_lock)
        {
            if (!_waits || !TrySend())
            {
                return;
            }

            _waits = false;
            loop.AwaitWritable(connection.Socket, false);
        }

        _flush.SetResult(new FlushResult(isCanceled: false, isCompleted: _isBroken));
    }

    // Nothing more can be sent.
    public void End() => Interrupt(isCanceled: false);

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        MakeRoom(Math.Max(sizeHint, 1));
        return _buffer.AsMemory(_end);
    }

    public override Span<byte> GetSpan(int sizeHint = 0)
    {
        MakeRoom(Math.Max(sizeHint, 1));
        return _buffer.AsSpan(_end);
    }

    public override void Advance(int bytes) => _end += bytes;

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            // Only an answer without a body ends so.
            if (_start < _end && _buffer[_end - 1] == (byte)'\n')
            {
                AddRefusalBody();
            }

            if (_isCanceled || TrySend())
            {
                var result = new FlushResult(_isCanceled, _isBroken);
                _isCanceled = false;
                return new ValueTask<FlushResult>(result);
            }

            _waits = true;
            _flush.Reset();
            loop.AwaitWritable(connection.Socket, true);
            return new ValueTask<FlushResult>(this, _flush.Version);
        }
    }

    public override void CancelPendingFlush() => Interrupt(isCanceled: true);

    public override void Complete(Exception? exception = null)
    {
        lock (_lock)
        {
            _ = TrySend();
            _isBroken = true;
            Release();
        }
    }

    FlushResult IValueTaskSource<FlushResult>.GetResult(short token) => _flush.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<FlushResult>.GetStatus(short token) => _flush.GetStatus(token);

    void IValueTaskSource<FlushResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _flush.OnCompleted(continuation, state, token, flags);

    // Resumes a flush that waits: it was canceled, or the other side is gone.
    private void Interrupt(bool isCanceled)
    {
        lock (_lock)
        {
            _isBroken |= !isCanceled;
            if (!_waits)
            {
                _isCanceled |= isCanceled;
                return;
            }

            _waits = false;
        }

        _flush.SetResult(new FlushResult(isCanceled, isCompleted: !isCanceled));
    }

    // False when the socket takes no more for now.
    private bool TrySend()
    {
        while (!_isBroken && _start < _end)
        {
            var count = connection.Socket.Send(_buffer.AsSpan(_start, _end - _start), out var error);
            if (count >= 0)
            {
                _start += count;
            }
            else if (error == LibC.Again)
            {
                return false;
            }
            else
            {
                _isBroken = true; // The other side is gone; Kestrel ends the connection.
            }
        }

        Release();
        return true;
    }

    // Kestrel refuses what is not HTTP, or comes too slowly, before there is a request, with a status and no body.
    private void AddRefusalBody()
    {
        var head = _buffer.AsSpan(_start, _end - _start);
        var empty = "Content-Length: 0\r\n"u8;
        var at = head.IndexOf(empty);
        if (at < StatusAt || !Utf8Parser.TryParse(head[StatusAt..], out int status, out _)
            || loop.RefusalBody?.Invoke(status) is not { IsEmpty: false } body)
        {
            return;
        }

        byte[] answer =
        [
            .. head[..at],
            .. Encoding.ASCII.GetBytes(
                $"Content-Type: application/problem+json\r\nContent-Length: {body.Length}\r\n"),
            .. head[(at + empty.Length)..],
            .. body.Span,
        ];
        _end = _start;
        MakeRoom(answer.Length);
        answer.CopyTo(_buffer, _start);
        _end += answer.Length;
    }

    private void MakeRoom(int bytes)
    {
        if (_buffer.Length - _end >= bytes)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(BufferBytes, _end - _start + bytes));
        _buffer.AsSpan(_start, _end - _start).CopyTo(larger);
        var (old, length) = (_buffer, _end - _start);
        (_buffer, _start, _end) = (larger, 0, length);
        ArrayPool<byte>.Shared.Return(old);
    }

    // Between answers a connection needs no buffer.
    private void Release()
    {
        _start = _end = 0;
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }
}
