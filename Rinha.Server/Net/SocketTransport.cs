using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Rinha.Server.Ledger;

namespace Rinha.Server.Net;

/// <summary>
/// Kestrel's connections from an event loop of our own: one thread, one receive and one send per request.
/// </summary>
/// <param name="address">Where to listen.</param>
/// <param name="rounds">The ledger, if it commits by rounds.</param>
/// <param name="logger">Told of failures that nobody expected.</param>
internal sealed class SocketTransport(ListenAddress address, IWriteRounds? rounds, ILogger logger)
    : IConnectionListenerFactory
{
    /// <inheritdoc/>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var loop = new EventLoop(rounds, logger);
        var listener = new SocketListener(ListenSocket.Bind(address), endpoint, loop);
        loop.Start(listener);
        return new ValueTask<IConnectionListener>(listener);
    }
}
