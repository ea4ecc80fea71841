using Microsoft.Extensions.Logging.Abstractions;
using Rinha.Server.Http;
using Rinha.Server.Net;
using Rinha.Server.Telemetry;

namespace Rinha.Server.Tests.Fixtures;

// The server's parts, wired as in Program.cs, over a ledger in the test's process.
internal sealed class InProcessBank : IServer, IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly BankServer _server;
    private readonly SocketTransport _transport;
    private readonly MetricSet _metrics = new();

    public InProcessBank(ILedger ledger, bool resetEnabled = true)
    {
        var address = new ListenAddress(EndPoint, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _transport = new SocketTransport(address, ledger.Round, NullLogger.Instance)
        {
            RefusalBody = Problem.OfRefusal,
        };
        _server = new BankServer(address.EndPoint, _transport, NullLoggerFactory.Instance);
        var requests = new RequestLog(slowRequestMs: 0, NullLogger.Instance);
        requests.AddTo(_metrics);
        var application = new BankApplication(ledger, resetEnabled, NullLogger.Instance, _metrics, requests);
        _server.StartAsync(application).GetAwaiter().GetResult();
    }

    private UnixDomainSocketEndPoint EndPoint => new(_directory.File("api.sock"));

    public RawConnection Connect() => new(EndPoint);

    public int OpenConnections => _transport.OpenConnections;

    public bool TakePulse() => _transport.TakePulse();

    public void Dispose()
    {
        _server.StopAsync().GetAwaiter().GetResult();
        _server.Dispose();
        _metrics.Dispose();
        _directory.Dispose();
    }
}
