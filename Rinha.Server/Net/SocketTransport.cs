using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Rinha.Server.Ledger;

namespace Rinha.Server.Net;

/// <summary>
/// Kestrel's connections from an event loop of our own: one thread, one receive and one send per request.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Kestrel disposes of the listener, and that of the loop.")]
internal sealed class SocketTransport(ListenAddress address, IWriteRound? round, ILogger logger)
    : IConnectionListenerFactory
{
    private EventLoop? _loop;
    private SocketListener? _listener;

    /// <summary>How many connections there are, those included that Kestrel has not taken yet.</summary>
    public int OpenConnections => _loop?.ConnectionCount ?? 0;

    /// <summary>
    /// Takes no new connections from now on. A client that has connected to a unix socket is served, one that connects
    /// now is refused: no request gets lost between.
    /// </summary>
    public void StopAccepting()
    {
        if (address.EndPoint is UnixDomainSocketEndPoint unix)
        {
            File.Delete(unix.ToString());
        }

        _listener?.AcceptLast();
    }

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        _loop = new EventLoop(round, logger);
        _listener = new SocketListener(ListenSocket.Bind(address), endpoint, _loop, logger);
        _loop.Start(_listener);
        return new ValueTask<IConnectionListener>(_listener);
    }
}
