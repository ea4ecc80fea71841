using System.Net.Sockets;
using System.Text;
using Rinha.LoadTest.Http;

namespace Rinha.LoadTest.Chaos;

/// <summary>A connection that carries requests one after the other: less than the load's engine.</summary>
internal sealed class KeptConnection : IDisposable
{
    private readonly Socket _socket;
    private byte[] _received = new byte[64 * 1024];
    private int _start;
    private int _end;

    public KeptConnection(Target target)
    {
        _socket = new Socket(
            target.EndPoint.AddressFamily,
            SocketType.Stream,
            target.IsTcp ? ProtocolType.Tcp : ProtocolType.Unspecified)
        {
            ReceiveTimeout = (int)Bank.Patience.TotalMilliseconds,
        };
        _socket.Connect(target.EndPoint);
    }

    /// <summary>Sends bytes.</summary>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[_socket.Send(bytes)..];
        }
    }

    /// <summary>Reads the next answer.</summary>
    /// <exception cref="ChaosException">There is none.</exception>
    public (int Status, string Body) Receive()
    {
        while (true)
        {
            var state = AnswerParser.Parse(_received.AsSpan(_start, _end - _start), ended: false, out var shape);
            if (state == ParseState.Complete)
            {
                var body = Encoding.UTF8.GetString(_received.AsSpan(_start + shape.BodyStart, shape.BodyLength));
                _start += shape.Consumed;
                return (shape.Status, body);
            }

            MakeRoom();
            var count = state == ParseState.Garbage ? 0 : _socket.Receive(_received.AsSpan(_end));
            if (count == 0)
            {
                var rest = Encoding.Latin1.GetString(_received, _start, _end - _start);
                throw new ChaosException($"no answer, but '{rest}'");
            }

            _end += count;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private void MakeRoom()
    {
        if (_end == _received.Length)
        {
            _received.AsSpan(_start, _end - _start).CopyTo(_received);
            (_start, _end) = (0, _end - _start);
            if (_end == _received.Length)
            {
                Array.Resize(ref _received, _received.Length * 2);
            }
        }
    }
}
