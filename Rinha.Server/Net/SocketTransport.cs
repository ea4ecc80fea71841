using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Rinha.Server.Ledger;

namespace Rinha.Server.Net;

// Gives Kestrel the connections of the server's event loop: one thread, one receive and one send per request.
[SuppressMessage("Design", "CA1001", Justification = "Kestrel disposes the listener, which disposes the loop.")]
internal sealed class SocketTransport(ListenAddress address, IWriteRound? round, ILogger logger)
    : IConnectionListenerFactory
{
    private EventLoop? _loop;
    private SocketListener? _listener;

    // The body, a problem document, of a status with which Kestrel refuses a request; empty for none.
    public Func<int, ReadOnlyMemory<byte>>? RefusalBody { get; init; }

    // Open connections, including those that Kestrel has not taken yet.
    public int OpenConnections => _loop?.ConnectionCount ?? 0;

    // Whether the event loop has turned since it was last asked (EventLoop.TakePulse).
    public bool TakePulse() => _loop?.TakePulse() ?? false;

    // Accepts no new connections from now on. A client that has connected to a unix socket is served, a later one is
    // refused: no request is lost.
    public void StopAccepting()
    {
        if (address.EndPoint is UnixDomainSocketEndPoint unix)
        {
            File.Delete(unix.ToString());
        }

        _listener?.AcceptLast();
    }

    // Kestrel calls this when the server starts: here the loop's thread begins.
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        _loop = new EventLoop(round, logger) { RefusalBody = RefusalBody };
        _listener = new SocketListener(ListenSocket.Bind(address), endpoint, _loop, logger);
        _loop.Start(_listener);
        return new ValueTask<IConnectionListener>(_listener);
    }
}

// A listening socket. The loop accepts a connection and watches it from then on; Kestrel takes it with AcceptAsync and
// starts it on a thread of the pool. From its first ReadAsync on, the loop resumes it.
internal sealed class SocketListener : IConnectionListener
{
    private readonly EventLoop _loop;
    private readonly ILogger _logger;
    private readonly LogThrottle _throttle = new();
    private readonly Socket _socket;
    private readonly Channel<ConnectionContext> _accepted = Channel.CreateUnbounded<ConnectionContext>(
        new UnboundedChannelOptions { SingleReader = true });

    private readonly Lock _accepting = new();
    private readonly Timer _retry;
    private readonly Stack<SocketConnection> _vacant = [];
    private long _lastId;

    // The socket is bound and not yet listening.
    public SocketListener(Socket socket, EndPoint endPoint, EventLoop loop, ILogger logger)
    {
        _logger = logger;
        _socket = socket;
        _loop = loop;
        EndPoint = endPoint;
        _retry = new Timer(_ => Accept());
        socket.Blocking = false;
        socket.Listen(Limits.ListenBacklog);
        Number = (int)socket.SafeHandle.DangerousGetHandle();
    }

    public EndPoint EndPoint { get; }

    public int Number { get; }

    // Accepts every waiting connection, and none after AcceptLast.
    public void Accept()
    {
        lock (_accepting)
        {
            AcceptAll();
        }
    }

    // Accepts the waiting connections and closes the socket; any thread may call it.
    public void AcceptLast()
    {
        lock (_accepting)
        {
            AcceptAll();
            _retry.Dispose();
            _socket.Dispose();
        }
    }

    // Keeps a connection whose client has left; false when enough are kept.
    public bool TryKeep(SocketConnection connection)
    {
        lock (_accepting)
        {
            var isKept = _vacant.Count < Limits.VacantConnectionsMax && !_socket.SafeHandle.IsClosed;
            if (isKept)
            {
                _vacant.Push(connection);
            }

            return isKept;
        }
    }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
        await _accepted.Reader.WaitToReadAsync(cancellationToken) && _accepted.Reader.TryRead(out var connection)
            ? connection
            : null;

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        AcceptLast();
        _accepted.Writer.TryComplete();
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        await UnbindAsync();
        _loop.Dispose();
    }

    private void AcceptAll()
    {
        while (!_socket.SafeHandle.IsClosed)
        {
            var descriptor = LibC.Accept(_socket.SafeHandle);
            if (descriptor >= 0)
            {
                Take(new SocketDescriptor(descriptor));
            }
            else if (LibC.LastError is var error and not (LibC.Interrupted or LibC.Aborted))
            {
                if (error != LibC.Again)
                {
                    LogFailure(LibC.Text(error));
                    _retry.Change(Limits.AcceptRetryMs, Timeout.Infinite);
                }

                return;
            }
        }
    }

    private void Take(SocketDescriptor descriptor)
    {
        if (EndPoint is IPEndPoint)
        {
            // An answer is one small packet; waiting for more to send would only delay it.
            LibC.SetNoDelay(descriptor);
        }

        var isKnown = TryTakeVacant(descriptor, out var connection);
        connection ??= new SocketConnection(
            _loop, descriptor, (++_lastId).ToString(CultureInfo.InvariantCulture), EndPoint);
        if (!_loop.TryAdd(connection, descriptor, out var failure))
        {
            connection.End();
            LogFailure(failure);
        }
        else if (!isKnown && !_accepted.Writer.TryWrite(connection))
        {
            _loop.Forget(connection);
            descriptor.Dispose(); // UnbindAsync has run meanwhile.
        }
    }

    // The connection that was vacated last, if that was just now: Kestrel ends one that stays idle. On the loop's
    // thread nothing resumes Kestrel meanwhile.
    private bool TryTakeVacant(SocketDescriptor descriptor, [NotNullWhen(true)] out SocketConnection? connection)
    {
        connection = null;
        while (_loop.IsCurrentThread && _vacant.TryPop(out connection))
        {
            if (Environment.TickCount64 - connection.VacantSinceMs > Limits.VacantConnectionMs)
            {
                connection.End();
            }
            else if (connection.TryServe(descriptor))
            {
                return true;
            }
        }

        return false;
    }

    private void LogFailure(string reason)
    {
        if (_throttle.TryPass(Environment.TickCount64, out var unlogged))
        {
            Log.AcceptFailed(_logger, reason, unlogged);
        }
    }
}
