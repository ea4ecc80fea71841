using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;

namespace Rinha.Bench.Requests;

/// <summary>The client's end of a connection: one request at a time, and its answer whenever it comes.</summary>
internal sealed class InMemoryClient : IDisposable
{
    private readonly PipeWriter _requests;
    private readonly PipeReader _answers;
    private readonly Countdown _countdown;
    private readonly byte[] _answer = new byte[8192];
    private readonly Task _receiving;
    private int _headLength;
    private int _length;

    public InMemoryClient(IDuplexPipe pipe, Countdown countdown)
    {
        _requests = pipe.Output;
        _answers = pipe.Input;
        _countdown = countdown;
        _receiving = ReceiveAsync();
    }

    /// <summary>Whether the last answer is a 200; asked after every request.</summary>
    public bool IsOk => _answer.AsSpan(0, _length).StartsWith("HTTP/1.1 200 OK\r\n"u8);

    /// <summary>The last answer's body.</summary>
    public ReadOnlyMemory<byte> Body => _answer.AsMemory(_headLength.._length);

    /// <summary>Sends a request; the countdown is told when its answer is there, perhaps before this returns.</summary>
    public void Send(ReadOnlyMemory<byte> request)
    {
        var flush = _requests.WriteAsync(request);
        Expect.That(flush.IsCompletedSuccessfully && !flush.Result.IsCompleted, "the server takes the request at once");
    }

    public void Dispose()
    {
        _requests.Complete();
        // Kestrel leaves it to the transport to end the answers.
        _answers.CancelPendingRead();
        _receiving.Wait();
    }

    private async Task ReceiveAsync()
    {
        while (true)
        {
            var read = await _answers.ReadAsync().ConfigureAwait(false);
            var complete = TryCopyAnswer(read.Buffer);
            _answers.AdvanceTo(complete ? read.Buffer.GetPosition(_length) : read.Buffer.Start, read.Buffer.End);
            if (complete)
            {
                _countdown.Signal();
            }
            else if (read.IsCanceled)
            {
                await _answers.CompleteAsync().ConfigureAwait(false);
                return;
            }
        }
    }

    private bool TryCopyAnswer(in ReadOnlySequence<byte> received)
    {
        var bytes = _answer.AsSpan(0, (int)Math.Min(received.Length, _answer.Length));
        received.Slice(0, bytes.Length).CopyTo(bytes);
        var head = bytes.IndexOf("\r\n\r\n"u8);
        if (head < 0)
        {
            return false;
        }

        var field = "\r\nContent-Length: "u8;
        var start = bytes[..head].IndexOf(field);
        if (start < 0 || !Utf8Parser.TryParse(bytes[(start + field.Length)..], out int bodyLength, out _))
        {
            return false;
        }

        _headLength = head + 4;
        _length = _headLength + bodyLength;
        return _length <= bytes.Length;
    }
}
