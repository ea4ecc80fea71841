using System.Collections.Concurrent;

namespace Rinha.LoadTest.Tests.Fixtures;

/// <summary>
/// A server over raw sockets with one thread for each connection, which does whatever the test says. What goes wrong in
/// there fails the test when the server is disposed; a client that goes away does not count.
/// </summary>
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

    /// <summary>Where it listens, as the load tester is told.</summary>
    public string Url { get; }

    public Target Target => Targets.Of(Url);

    public int Accepted => Volatile.Read(ref _accepted);

    public int Open => _open.Count;

    public static StubServer Start(Action<StubConnection> serve) => new(new IPEndPoint(IPAddress.Loopback, 0), serve);

    public static StubServer StartUnix(string path, Action<StubConnection> serve) =>
        new(new UnixDomainSocketEndPoint(path), serve);

    /// <summary>A server that sends the same bytes, as Latin 1, for each request.</summary>
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

    /// <summary>Ends every connection and its thread; a second time does nothing.</summary>
    public void Dispose()
    {
        _listener.Dispose();
        Assert.True(_acceptor.Wait(Wait.Timeout), "the stub goes on listening");
        foreach (var socket in _open.Keys)
        {
            socket.Dispose();
        }

        Assert.True(Task.WaitAll([.. _served], Wait.Timeout), "a connection of the stub goes on");
    }

    // The client may go away, and the test may end.
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

/// <summary>The server's side of a connection: reads requests and sends whatever it is told to.</summary>
internal sealed class StubConnection(Socket socket, int number) : IDisposable
{
    private const nuint OutputQueue = 0x5411; // SIOCOUTQ

    private readonly StreamReader _reader = new(new NetworkStream(socket), Encoding.Latin1);
    private bool _closes;

    public Socket Socket => socket;

    /// <summary>Reads a request; <see langword="null"/> when there is none to come.</summary>
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

    /// <summary>Sends text as Latin 1: a byte for a character.</summary>
    public void Send(string text) => Send(Encoding.Latin1.GetBytes(text));

    /// <summary>Waits until the client has taken all that was sent or the test has ended; unix sockets only.</summary>
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

/// <param name="Head">Request line and headers with their line ends, but for the empty line.</param>
/// <param name="ConnectionNumber">Which of the server's connections it came over, counted from 1.</param>
/// <param name="At">When it was read, from <see cref="Stopwatch.GetTimestamp"/>.</param>
internal sealed record StubRequest(string Head, string Body, int ConnectionNumber, long At)
{
    private const string KeyName = "Idempotency-Key: ";

    public string Method => Head.Split(' ')[0];

    public string Path => Head.Split(' ', 3)[1];

    public string? Key => Head.Split("\r\n")
        .FirstOrDefault(line => line.StartsWith(KeyName, StringComparison.OrdinalIgnoreCase))?[KeyName.Length..];

    /// <summary>The client's number in the path; -1 where there is none.</summary>
    public int ClientId => int.TryParse(Path.Split('/').ElementAtOrDefault(2), out var id) ? id : -1;
}

internal readonly record struct StubAnswer(int Status, string Body = "")
{
    public byte[] ToBytes() => Encoding.UTF8.GetBytes(
        $"HTTP/1.1 {Status} Some reason\r\nContent-Length: {Encoding.UTF8.GetByteCount(Body)}\r\n\r\n{Body}");

    public Answer ToAnswer() => new(Status, Encoding.UTF8.GetBytes(Body), 0);
}
