namespace Rinha.LoadTest.Tests.Fixtures;

/// <summary>
/// A server over raw sockets with one thread for each connection, which does whatever the test says. What goes wrong in
/// there fails the test when the server is disposed; a client that goes away does not count.
/// </summary>
internal sealed class StubServer : IDisposable
{
    private readonly Socket _listener;
    private readonly Action<StubConnection> _serve;
    private readonly Thread _acceptor;
    private readonly Lock _lock = new();
    private readonly List<Thread> _threads = [];
    private readonly HashSet<Socket> _sockets = [];
    private Exception? _failure;
    private bool _ended;
    private int _accepted;

    private StubServer(EndPoint endPoint, Action<StubConnection> serve)
    {
        _serve = serve;
        var isUnix = endPoint is UnixDomainSocketEndPoint;
        _listener = new Socket(
            endPoint.AddressFamily, SocketType.Stream, isUnix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        _listener.Bind(endPoint);
        _listener.Listen(512);
        Url = _listener.LocalEndPoint is IPEndPoint bound ? $"http://127.0.0.1:{bound.Port}" : $"unix:{endPoint}";
        _acceptor = new Thread(Accept) { IsBackground = true, Name = "stub acceptor" };
        _acceptor.Start();
    }

    /// <summary>Where it listens, as the load tester is told.</summary>
    public string Url { get; }

    /// <summary>The same, read.</summary>
    public Target Target => Targets.Of(Url);

    /// <summary>How many connections have been made.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>How many connections are open.</summary>
    public int Open
    {
        get
        {
            lock (_lock)
            {
                return _sockets.Count;
            }
        }
    }

    /// <summary>Listens on a free TCP port of 127.0.0.1.</summary>
    public static StubServer Start(Action<StubConnection> serve) =>
        new(new IPEndPoint(IPAddress.Loopback, 0), serve);

    /// <summary>Listens on a unix socket.</summary>
    public static StubServer StartUnix(string path, Action<StubConnection> serve) =>
        new(new UnixDomainSocketEndPoint(path), serve);

    /// <summary>Ends every connection and its thread; once is enough.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_ended)
            {
                return;
            }

            _ended = true;
        }

        _listener.Shutdown(SocketShutdown.Both);
        _listener.Dispose();
        Assert.True(_acceptor.Join(Wait.Timeout), "the stub goes on listening");
        List<Thread> threads;
        lock (_lock)
        {
            foreach (var socket in _sockets)
            {
                End(socket);
            }

            threads = [.. _threads];
        }

        Assert.All(threads, thread => Assert.True(thread.Join(Wait.Timeout), "a connection of the stub goes on"));
        Assert.True(_failure is null, _failure?.ToString());
    }

    private static void End(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // It has ended by itself.
        }
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                Serve(_listener.Accept());
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }

    private void Serve(Socket socket)
    {
        lock (_lock)
        {
            if (_ended)
            {
                socket.Dispose();
                return;
            }

            _accepted++;
            var connection = new StubConnection(socket, _accepted);
            if (socket.AddressFamily != AddressFamily.Unix)
            {
                socket.NoDelay = true;
            }

            _sockets.Add(socket);
            _threads.RemoveAll(thread => !thread.IsAlive);
            var thread = new Thread(() => Serve(socket, connection), maxStackSize: 256 * 1024) { IsBackground = true };
            _threads.Add(thread);
            thread.Start();
        }
    }

    private void Serve(Socket socket, StubConnection connection)
    {
        try
        {
            _serve(connection);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The client is gone, or the test is over.
        }
        catch (Exception error)
        {
            _failure ??= error;
        }
        finally
        {
            lock (_lock)
            {
                _sockets.Remove(socket);
                socket.Dispose();
            }
        }
    }
}

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

/// <summary>A request as it came over the wire.</summary>
/// <param name="Head">Request line and headers with their line ends, but for the empty line.</param>
/// <param name="Body">The body.</param>
/// <param name="ConnectionNumber">Which of the server's connections it came over, counted from 1.</param>
/// <param name="At">When it was read, from <see cref="System.Diagnostics.Stopwatch.GetTimestamp"/>.</param>
internal sealed record StubRequest(string Head, string Body, int ConnectionNumber, long At)
{
    private const string KeyName = "Idempotency-Key: ";

    public string Method => Head[..Head.IndexOf(' ', StringComparison.Ordinal)];

    public string Path => Head.Split(' ', 3)[1];

    /// <summary>The <c>Idempotency-Key</c>; <see langword="null"/> without one.</summary>
    public string? Key => Head.Split("\r\n")
        .FirstOrDefault(line => line.StartsWith(KeyName, StringComparison.OrdinalIgnoreCase))?[KeyName.Length..];

    /// <summary>The client's number in the path; -1 where there is none.</summary>
    public int ClientId => int.TryParse(Path.Split('/').ElementAtOrDefault(2), out var id) ? id : -1;
}

/// <summary>An answer to be sent.</summary>
/// <param name="Status">Its HTTP status.</param>
/// <param name="Body">Its body.</param>
internal readonly record struct StubAnswer(int Status, string Body = "")
{
    /// <summary>As bytes, with its length.</summary>
    public byte[] ToBytes()
    {
        var body = Encoding.UTF8.GetBytes(Body);
        return
        [
            .. Encoding.ASCII.GetBytes($"HTTP/1.1 {Status} Some reason\r\nContent-Length: {body.Length}\r\n\r\n"),
            .. body,
        ];
    }
}
