using Microsoft.Extensions.Logging;
using Rinha.Server.Http;
using Rinha.Server.Net;

namespace Rinha.Server;

// A second socket, for the operator, where clients reach the first: it alone serves /metrics, and answers even while
// clients hold every connection that the first accepts.
internal sealed class OperatorSocket : IDisposable
{
    private readonly SocketTransport _transport;
    private readonly BankServer _server;

    public OperatorSocket(ListenAddress address, BankApplication application, ILoggerFactory loggers, ILogger logger)
    {
        _transport = new SocketTransport(address, round: null, logger) { RefusalBody = Problem.OfRefusal };
        _server = new BankServer(address.EndPoint, _transport, loggers);
        _server.StartAsync(application).GetAwaiter().GetResult();
        Log.Listening(logger, address.ToString());
    }

    public void Dispose()
    {
        _transport.StopAccepting();
        _server.StopAsync().GetAwaiter().GetResult();
        _server.Dispose();
    }
}
