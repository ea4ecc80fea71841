namespace Rinha.Testing;

/// <summary>
/// A connection that sends exactly the bytes it is given and reads one response at a time; every read has a time limit.
/// </summary>
public sealed class RawConnection : IDisposable
{
    private const int TimeoutMs = 60_000;
    private const nuint OutputQueue = 0x5411; // SIOCOUTQ

    private readonly Socket _socket;
    private readonly byte[] _received = new byte[64 * 1024];
    private int _start;
    private int _end;

    /// <param name="endPoint">Where it goes.</param>
    /// <param name="from">This machine's address that it comes from.</param>
    public RawConnection(EndPoint endPoint, IPAddress? from = null)
    {
        var unix = endPoint is UnixDomainSocketEndPoint;
        _socket = new Socket(
            endPoint.AddressFamily, SocketType.Stream, unix ? ProtocolType.Unspecified : ProtocolType.Tcp)
        {
            ReceiveTimeout = TimeoutMs,
            SendTimeout = TimeoutMs,
        };
        if (!unix)
        {
            _socket.NoDelay = true;
        }

        if (from is not null)
        {
            _socket.Bind(new IPEndPoint(from, 0));
        }

        _socket.Connect(endPoint);
    }

    public void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[_socket.Send(bytes)..];
        }
    }

    public void Send(string text) => Send(Encoding.UTF8.GetBytes(text));

    /// <summary>Waits until the other side of the unix socket has read everything that was sent.</summary>
    public void AwaitRead()
    {
        var spin = default(SpinWait);
        do
        {
            spin.SpinOnce(sleep1Threshold: 1000);
        }
        while (Unread() > 0);
    }

    /// <summary>How much of what was sent the other side of the unix socket has not read; 0 for nothing.</summary>
    public int Unread()
    {
        Assert.Equal(AddressFamily.Unix, _socket.AddressFamily);
        Assert.Equal(0, Control((int)_socket.Handle, OutputQueue, out var unread));
        return unread;
    }

    /// <summary>Says that no more will be sent, and still reads.</summary>
    public void EndSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Closes without a word: whoever writes to this connection gets a reset.</summary>
    public void Abort() => _socket.Close(0);

    /// <summary>Sends a request and reads its response.</summary>
    public RawResponse Exchange(ReadOnlySpan<byte> request, bool head = false)
    {
        Send(request);
        return Receive(head);
    }

    /// <summary>Reads one response; the one to a HEAD has no body whatever its Content-Length says.</summary>
    public RawResponse Receive(bool head = false)
    {
        var statusLine = ReadLine();
        Assert.Matches("^HTTP/1[.][01] ", statusLine); // Caddy answers HTTP/1.0 in kind.
        var headers = new List<KeyValuePair<string, string>>();
        for (var line = ReadLine(); line.Length > 0; line = ReadLine())
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers.Add(new(line[..colon], line[(colon + 1)..].Trim()));
        }

        var response = new RawResponse(statusLine, headers, []);
        if (head || response.Status is < 200 or 204 or 304)
        {
            return response;
        }

        var length = response.Header("Content-Length");
        Assert.True(length is not null, $"{statusLine}: no Content-Length");
        return response with { Body = ReadBytes(int.Parse(length, System.Globalization.CultureInfo.InvariantCulture)) };
    }

    /// <summary>Whether the other side has ended the connection, with nothing unread; waits for it.</summary>
    public bool IsEnded()
    {
        try
        {
            return _start == _end && _socket.Receive(_received) == 0;
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionReset)
        {
            return true;
        }
    }

    /// <summary>Whether anything has arrived that was not read yet; does not wait.</summary>
    public bool HasMore() => _start < _end || _socket.Poll(0, SelectMode.SelectRead);

    public void Dispose() => _socket.Dispose();

    private string ReadLine()
    {
        var line = new List<byte>();
        while (line.Count < 2 || line[^2] != '\r' || line[^1] != '\n')
        {
            line.Add(ReadByte());
        }

        return Encoding.Latin1.GetString([.. line[..^2]]);
    }

    private byte[] ReadBytes(int count)
    {
        var bytes = new byte[count];
        for (var index = 0; index < count; index++)
        {
            bytes[index] = ReadByte();
        }

        return bytes;
    }

    private byte ReadByte()
    {
        if (_start == _end)
        {
            _start = 0;
            _end = _socket.Receive(_received);
            if (_end == 0)
            {
                throw new EndOfStreamException("the connection ended before the response was complete");
            }
        }

        return _received[_start++];
    }

    [DllImport("libc", EntryPoint = "ioctl")]
    private static extern int Control(int descriptor, nuint request, out int value);
}
