using System.Collections.Concurrent;

namespace Rinha.Chaos.UnderTest;

// A TCP relay on 127.0.0.1 between the servers and their database that can refuse, black-hole or reset connections. One
// thread controls it; connections run on the thread pool.
internal sealed class Relay : IDisposable
{
    private const int BufferBytes = 64 * 1024;
    private const int Backlog = 128;

    private readonly EndPoint _upstream;
    private readonly ConcurrentDictionary<Link, bool> _links = [];
    private readonly int _port;
    private Socket _listener;
    private bool _isRefusing;
    private volatile TaskCompletionSource _flow = new(); // Completed while bytes flow.

    public Relay(EndPoint upstream)
    {
        _upstream = upstream;
        _flow.SetResult();
        _listener = Bind(0);
        _port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        Listen();
    }

    public string Address => $"127.0.0.1:{_port}";

    public int Connections => _links.Count;

    public void Drop()
    {
        foreach (var link in _links.Keys)
        {
            link.Reset();
        }
    }

    // Resets all connections and refuses new ones until Restore.
    public void Refuse()
    {
        _listener.Dispose();
        _listener = Bind(_port); // Bound without listening: connects are refused.
        _isRefusing = true;
        Drop();
    }

    // Forwards nothing until Restore. Connections stay and new ones are accepted; what is sent meanwhile arrives late.
    public void Blackhole() => _flow = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Restore()
    {
        _flow.TrySetResult();
        if (_isRefusing)
        {
            _isRefusing = false;
            Listen();
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        _flow.TrySetResult();
        Drop();
    }

    private static Socket Bind(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        return socket;
    }

    private static bool IsClosed(Exception error) => error is SocketException or ObjectDisposedException;

    private void Listen()
    {
        _listener.Listen(Backlog);
        _ = AcceptAsync(_listener);
    }

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await listener.AcceptAsync());
            }
        }
        catch (Exception error) when (IsClosed(error))
        {
            // The listener was closed.
        }
    }

    private async Task ServeAsync(Socket near)
    {
        using var far = new Socket(_upstream.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        var link = new Link(near, far);
        _links[link] = true;
        try
        {
            near.NoDelay = true;
            await _flow.Task;
            await far.ConnectAsync(_upstream);
            await Task.WhenAll(ForwardAsync(link, near, far), ForwardAsync(link, far, near));
        }
        catch (Exception error) when (IsClosed(error))
        {
            link.Reset();
        }

        _links.TryRemove(link, out _);

        // Close normally: a reset would drop what the client has not read yet.
        near.Dispose();
    }

    private async Task ForwardAsync(Link link, Socket from, Socket to)
    {
        var buffer = new byte[BufferBytes];
        try
        {
            while (await from.ReceiveAsync(buffer.AsMemory()) is var count and > 0)
            {
                await _flow.Task;
                for (var sent = 0; sent < count;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
                }
            }

            await _flow.Task;
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error) when (IsClosed(error))
        {
            link.Reset(); // Propagate the failure to the other side.
        }
    }

    private sealed record Link(Socket Near, Socket Far)
    {
        public void Reset()
        {
            Near.Close(0); // Sends a reset, not FIN.
            Far.Close(0);
        }
    }
}
