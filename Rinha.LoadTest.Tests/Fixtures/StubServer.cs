using System.Net;
using System.Net.Sockets;
using Rinha.LoadTest.Http;

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
