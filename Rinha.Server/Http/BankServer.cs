using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Rinha.Server.Http;

// Kestrel assembled by hand: HTTP/1.1 and the application, with no host, container, middleware or routing between.
internal sealed class BankServer : IDisposable
{
    private readonly KestrelServer _kestrel;

    // The transport makes the connections: from sockets, or in memory in the benchmarks.
    public BankServer(EndPoint endPoint, IConnectionListenerFactory transport, ILoggerFactory loggers)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxConcurrentConnections = Limits.ConnectionsMax;
        options.Limits.MaxRequestLineSize = Limits.RequestLineBytesMax;
        options.Limits.MaxRequestHeadersTotalSize = Limits.RequestHeadersBytesMax;
        options.Limits.MaxRequestHeaderCount = Limits.RequestHeaderCountMax;
        options.Limits.RequestHeadersTimeout = TimeSpan.FromMilliseconds(Limits.RequestHeadersTimeoutMs);
        options.Limits.KeepAliveTimeout = TimeSpan.FromMilliseconds(Limits.KeepAliveTimeoutMs);
        // Latin-1 accepts bytes above 127 in headers that the server ignores; the application refuses them in a key.
        options.RequestHeaderEncodingSelector = static _ => Encoding.Latin1;
        // The application counts the body itself: Kestrel's limit would cost an exception per oversized request.
        options.Limits.MaxRequestBodySize = null;
        options.Listen(endPoint, listen => listen.Protocols = HttpProtocols.Http1);
        _kestrel = new KestrelServer(Options.Create(options), transport, loggers);
    }

    public Task StartAsync(IHttpApplication<Exchange> application) =>
        _kestrel.StartAsync(application, CancellationToken.None);

    // Accepts no more connections, lets requests finish for Limits.StopTimeoutMs, then closes the rest.
    public async Task StopAsync()
    {
        using var timeout = new CancellationTokenSource(Limits.StopTimeoutMs);
        await _kestrel.StopAsync(timeout.Token);
    }

    public void Dispose() => _kestrel.Dispose();
}
