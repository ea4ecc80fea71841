using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Rinha.Server.Http;

/// <summary>
/// Kestrel made by hand: sockets, HTTP/1.1 and the application, with no host, container, middleware or routing between.
/// </summary>
internal sealed class BankServer : IDisposable
{
    private readonly KestrelServer _kestrel;

    /// <summary>A server on a TCP port or a unix socket.</summary>
    public BankServer(ListenAddress address, ILoggerFactory loggers)
        : this(address.EndPoint, UseSockets(address, loggers), loggers)
    {
    }

    /// <summary>The same server on connections of any kind; the benchmarks bring some that are not sockets.</summary>
    public BankServer(EndPoint endPoint, IConnectionListenerFactory transport, ILoggerFactory loggers)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxConcurrentConnections = Limits.ConnectionsMax;
        options.Limits.MaxRequestLineSize = Limits.RequestLineBytesMax;
        options.Limits.MaxRequestHeadersTotalSize = Limits.RequestHeadersBytesMax;
        options.Limits.MaxRequestHeaderCount = Limits.RequestHeaderCountMax;
        options.Limits.RequestHeadersTimeout = TimeSpan.FromMilliseconds(Limits.RequestHeadersTimeoutMs);
        options.Limits.KeepAliveTimeout = TimeSpan.FromMilliseconds(Limits.KeepAliveTimeoutMs);
        // The application counts the body itself: Kestrel's limit would cost an exception per oversized request.
        options.Limits.MaxRequestBodySize = null;
        options.Listen(endPoint, listen => listen.Protocols = HttpProtocols.Http1);
        _kestrel = new KestrelServer(Options.Create(options), transport, loggers);
    }

    /// <summary>Begins to accept connections.</summary>
    /// <exception cref="IOException">The address is taken.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">The address cannot be used.</exception>
    public Task StartAsync(IHttpApplication<Exchange> application) =>
        _kestrel.StartAsync(application, CancellationToken.None);

    /// <summary>
    /// Accepts no more connections, lets requests finish for <see cref="Limits.StopTimeoutMs"/>, closes the rest.
    /// </summary>
    public async Task StopAsync()
    {
        using var timeout = new CancellationTokenSource(Limits.StopTimeoutMs);
        await _kestrel.StopAsync(timeout.Token);
    }

    /// <inheritdoc/>
    public void Dispose() => _kestrel.Dispose();

    private static SocketTransportFactory UseSockets(ListenAddress address, ILoggerFactory loggers)
    {
        var options = new SocketTransportOptions
        {
            Backlog = Limits.ListenBacklog,
            CreateBoundListenSocket = _ => ListenSocket.Bind(address),
            // With DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS (Program.cs): a request is handled on the thread that
            // received it and answered by the thread that finished it, with no thread pool between.
            UnsafePreferInlineScheduling = true,
            // A receive per request instead of a wait and a receive; costs each idle connection a 4 KiB block.
            WaitForDataBeforeAllocatingBuffer = false,
        };
        return new SocketTransportFactory(Options.Create(options), loggers);
    }
}
