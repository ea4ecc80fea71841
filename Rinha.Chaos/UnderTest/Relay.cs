using System.Collections.Concurrent;

namespace Rinha.Chaos.UnderTest;

// The way between the servers and their database, which can be cut: a port of 127.0.0.1 behind which every connection
// goes on to one address.
internal sealed class Relay : IDisposable
{
    private const int BufferBytes = 64 * 1024;
    private const int Backlog = 128;

    private readonly EndPoint _far;
    private readonly ConcurrentDictionary<Link, bool> _links = [];
    private readonly int _port;
    private Socket _listener;
    private bool _isRefusing;
    private volatile TaskCompletionSource _flow = new(); // Done while bytes are carried.

    public Relay(EndPoint far)
    {
        _far = far;
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

    // Resets all connections, and refuses new ones until Restore.
    public void Refuse()
    {
        _listener.Dispose();
        _listener = Bind(_port); // Held without listening: to connect is refused.
        _isRefusing = true;
        Drop();
    }

    // Carries nothing more until Restore, and says nothing either: connections stay, new ones are made, and what is
    // sent meanwhile arrives late.
    public void Silence() => _flow = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

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

    private static bool IsEnd(Exception error) => error is SocketException or ObjectDisposedException;

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
        catch (Exception error) when (IsEnd(error))
        {
            // It listens no more.
        }
    }

    private async Task ServeAsync(Socket near)
    {
        using var far = new Socket(_far.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        var link = new Link(near, far);
        _links[link] = true;
        try
        {
            near.NoDelay = true;
            await _flow.Task;
            await far.ConnectAsync(_far);
            await Task.WhenAll(CarryAsync(link, near, far), CarryAsync(link, far, near));
        }
        catch (Exception error) when (IsEnd(error))
        {
            link.Reset(); // The client finds its connection closed.
        }

        _links.TryRemove(link, out _);

        // After both ends in order: with a reset the kernel would drop what the client has not read yet.
        near.Dispose();
    }

    private async Task CarryAsync(Link link, Socket from, Socket to)
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
        catch (Exception error) when (IsEnd(error))
        {
            link.Reset(); // One side is gone: so is the other.
        }
    }

    private sealed record Link(Socket Near, Socket Far)
    {
        public void Reset()
        {
            Near.Close(0); // With a reset, not with a polite end.
            Far.Close(0);
        }
    }
}
