using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Rinha.LoadTest.Tests.Fixtures;

/// <summary>The server's side of a connection: reads requests and sends whatever it is told to.</summary>
/// <param name="socket">The connection.</param>
/// <param name="number">Counts the server's connections from 1.</param>
internal sealed class StubConnection(Socket socket, int number)
{
    private const nuint OutputQueue = 0x5411; // SIOCOUTQ

    private readonly byte[] _received = new byte[16 * 1024];
    private int _start;
    private int _end;

    /// <summary>Counts the server's connections from 1.</summary>
    public int Number => number;

    /// <summary>How many bytes have come that no request was made of yet.</summary>
    public int Unread => _end - _start + socket.Available;

    /// <summary>Reads a request; <see langword="null"/> when the client has closed.</summary>
    public StubRequest? Read()
    {
        var headLength = 0;
        while (!TryFindHead(out headLength))
        {
            if (!Fill())
            {
                return null;
            }
        }

        var head = Encoding.Latin1.GetString(_received, _start, headLength + 2);
        _start += headLength + 4;
        var bodyLength = BodyLength(head);
        while (_end - _start < bodyLength)
        {
            if (!Fill())
            {
                return null;
            }
        }

        var body = Encoding.UTF8.GetString(_received, _start, bodyLength);
        _start += bodyLength;
        return new StubRequest(head, body, Number, Stopwatch.GetTimestamp());
    }

    public void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[socket.Send(bytes)..];
        }
    }

    /// <summary>Sends text as Latin 1: a byte for a character.</summary>
    public void Send(string text) => Send(Encoding.Latin1.GetBytes(text));

    /// <summary>Waits until the client has taken everything that was sent; unix sockets only.</summary>
    public void AwaitTaken() => Wait.Until(
        () => Control((int)socket.Handle, OutputQueue, out var left) == 0 && left == 0, "the client reads");

    /// <summary>Waits until the client closes.</summary>
    public void AwaitEnd()
    {
        while (Fill())
        {
            _start = _end;
        }
    }

    /// <summary>Closes with a reset instead of a word.</summary>
    public void Reset()
    {
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        socket.Close();
    }

    private static int BodyLength(string head)
    {
        const string name = "content-length: ";
        var at = head.IndexOf(name, StringComparison.OrdinalIgnoreCase);
        var value = at < 0 ? "0" : head[(at + name.Length)..head.IndexOf('\r', at)];
        return int.Parse(value, System.Globalization.CultureInfo.InvariantCulture);
    }

    private bool TryFindHead(out int length)
    {
        length = _received.AsSpan(_start, _end - _start).IndexOf("\r\n\r\n"u8);
        return length >= 0;
    }

    private bool Fill()
    {
        if (_start > 0)
        {
            _received.AsSpan(_start, _end - _start).CopyTo(_received);
            _end -= _start;
            _start = 0;
        }

        var count = socket.Receive(_received.AsSpan(_end));
        _end += count;
        return count > 0;
    }

    [DllImport("libc", EntryPoint = "ioctl")]
    private static extern int Control(int descriptor, nuint request, out int value);
}
