using Microsoft.Extensions.Logging.Abstractions;
using Rinha.Server.Http;
using Rinha.Server.Net;
using Rinha.Server.Telemetry;

namespace Rinha.Server.Tests.Fixtures;

/// <summary>The server's own parts, wired as Program.cs does, in the test's process.</summary>
internal sealed class InProcessBank : IBank, IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly SqliteLedger? _file;
    private readonly BankServer _server;
    private readonly MetricSet _metrics = new();

    /// <summary>A bank over the given ledger and its round, or over one in a file when there is none.</summary>
    public InProcessBank(ILedger? ledger = null, bool resetEnabled = true, IWriteRound? round = null)
    {
        if (ledger is null)
        {
            _file = LedgerExtensions.OpenLedger(DatabasePath);
            _file.AddTo(_metrics);
            (ledger, round) = (_file, _file.Round);
        }

        var address = new ListenAddress(EndPoint, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var transport = new SocketTransport(address, round, NullLogger.Instance);
        _server = new BankServer(address.EndPoint, transport, NullLoggerFactory.Instance);
        var watch = new RequestWatch(slowRequestMs: 0, NullLogger.Instance);
        watch.AddTo(_metrics);
        var application = new BankApplication(ledger, resetEnabled, NullLogger.Instance, _metrics, watch);
        _server.StartAsync(application).GetAwaiter().GetResult();
    }

    public string DatabasePath => _directory.File("rinha.db");

    private UnixDomainSocketEndPoint EndPoint => new(_directory.File("api.sock"));

    public RawConnection Connect() => new(EndPoint);

    public void AssertBalanced() => LedgerRows.AssertBalanced(DatabasePath);

    public void Dispose()
    {
        _server.StopAsync().GetAwaiter().GetResult();
        _server.Dispose();
        _file?.Dispose();
        _directory.Dispose();
    }
}
