using System.Collections.Concurrent;

namespace Rinha.LoadTest.Tests.Fixtures;

// A scripted server over raw sockets with a thread per connection. Dispose rethrows failures of those threads, except
// that a client may disconnect at any time.
internal sealed class StubServer : IDisposable
{
    private readonly Socket _listener;
    private readonly Action<StubConnection> _serve;
    private readonly ConcurrentDictionary<Socket, int> _open = new();
    private readonly ConcurrentBag<Task> _served = [];
    private readonly Task _acceptor;
    private int _accepted;

    private StubServer(EndPoint endPoint, Action<StubConnection> serve)
    {
        _serve = serve;
        _listener = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(endPoint);
        _listener.Listen(512);
        Url = _listener.LocalEndPoint is IPEndPoint bound ? $"http://127.0.0.1:{bound.Port}" : $"unix:{endPoint}";
        _acceptor = Start(Accept);
    }

    // The load tester's URL for it.
    public string Url { get; }

    public Target Target => Targets.Of(Url);

    public int Accepted => Volatile.Read(ref _accepted);

    public int Open => _open.Count;

    public static StubServer Start(Action<StubConnection> serve) => new(new IPEndPoint(IPAddress.Loopback, 0), serve);

    public static StubServer StartUnix(string path, Action<StubConnection> serve) =>
        new(new UnixDomainSocketEndPoint(path), serve);

    // Sends the same bytes (Latin 1) for each request.
    public static StubServer StartSending(string answer, bool closes = false, string? socketPath = null)
    {
        return socketPath is null ? Start(Serve) : StartUnix(socketPath, Serve);

        void Serve(StubConnection connection)
        {
            while (connection.Read() is not null)
            {
                connection.Send(answer);
                if (closes)
                {
                    return;
                }
            }
        }
    }

    // Ends every connection and joins its thread; idempotent.
    public void Dispose()
    {
        _listener.Dispose();
        Assert.True(_acceptor.Wait(Wait.Timeout), "the stub keeps listening");
        foreach (var socket in _open.Keys)
        {
            socket.Dispose();
        }

        Assert.True(Task.WaitAll([.. _served], Wait.Timeout), "a connection of the stub does not end");
    }

    // Ignores a disconnected client and the end of the test.
    private static Task Start(Action serve) => Task.Factory.StartNew(
        () =>
        {
            try
            {
                serve();
            }
            catch (Exception error) when (error is SocketException or IOException or ObjectDisposedException)
            {
            }
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    private void Accept()
    {
        while (true)
        {
            var socket = _listener.Accept();
            if (socket.AddressFamily != AddressFamily.Unix)
            {
                socket.NoDelay = true;
            }

            _open[socket] = Interlocked.Increment(ref _accepted);
            _served.Add(Start(() => Serve(socket)));
        }
    }

    private void Serve(Socket socket)
    {
        try
        {
            using var connection = new StubConnection(socket, _open[socket]);
            _serve(connection);
        }
        finally
        {
            socket.Dispose();
            _open.TryRemove(socket, out _);
        }
    }
}

// The server's side of a connection.
internal sealed class StubConnection(Socket socket, int number) : IDisposable
{
    private const nuint OutputQueue = 0x5411; // SIOCOUTQ

    private readonly StreamReader _reader = new(new NetworkStream(socket), Encoding.Latin1);
    private bool _closes;

    public Socket Socket => socket;

    // Returns null at the end of the connection.
    public StubRequest? Read()
    {
        var head = new StringBuilder();
        var body = Array.Empty<char>();
        while (!_closes && _reader.ReadLine() is { } line)
        {
            if (line.Length == 0)
            {
                _reader.ReadBlock(body);
                _closes = head.ToString().Contains("connection: close\r\n", StringComparison.OrdinalIgnoreCase);
                return new StubRequest(head.ToString(), new string(body), number, Stopwatch.GetTimestamp());
            }

            head.Append(line).Append("\r\n");
            if (line.StartsWith("content-length: ", StringComparison.OrdinalIgnoreCase))
            {
                body = new char[int.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture)];
            }
        }

        return null;
    }

    public void Dispose() => _reader.Dispose();

    public void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[socket.Send(bytes)..];
        }
    }

    // As Latin 1.
    public void Send(string text) => Send(Encoding.Latin1.GetBytes(text));

    // Waits until the client has read everything sent, or the test has ended; unix sockets only.
    public void AwaitRead() => Wait.Until(
        () => socket.SafeHandle.IsClosed || Control((int)socket.Handle, OutputQueue, out var left) != 0 || left == 0,
        "the client reads");

    public void AwaitEnd() => _reader.ReadToEnd();

    public void Reset()
    {
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        socket.Close();
    }

    [DllImport("libc", EntryPoint = "ioctl")]
    private static extern int Control(int descriptor, nuint request, out int value);
}

// Head: request line and headers with line ends, without the empty line.
// ConnectionNumber: the server's connection, counted from 1.
// At: when it was read, from Stopwatch.GetTimestamp.
internal sealed record StubRequest(string Head, string Body, int ConnectionNumber, long At)
{
    private const string KeyName = "Idempotency-Key: ";

    public string Method => Head.Split(' ')[0];

    public string Path => Head.Split(' ', 3)[1];

    public string? Key => Head.Split("\r\n")
        .FirstOrDefault(line => line.StartsWith(KeyName, StringComparison.OrdinalIgnoreCase))?[KeyName.Length..];

    // From the path; -1 if it has none.
    public int ClientId => int.TryParse(Path.Split('/').ElementAtOrDefault(2), out var id) ? id : -1;
}

internal readonly record struct StubAnswer(int Status, string Body = "")
{
    public byte[] ToBytes() => Encoding.UTF8.GetBytes(
        $"HTTP/1.1 {Status} Some reason\r\nContent-Length: {Encoding.UTF8.GetByteCount(Body)}\r\n\r\n{Body}");

    public Answer ToAnswer() => new(Status, Encoding.UTF8.GetBytes(Body), 0);
}
