using Microsoft.Extensions.Logging.Abstractions;
using Rinha.Bench.Sqlite;
using Rinha.Server.Http;
using Rinha.Server.Ledger;
using Rinha.Server.Sqlite;
using Rinha.Server.Telemetry;

namespace Rinha.Bench.Requests;

/// <summary>
/// Whole requests through the real server, Kestrel's HTTP/1.1 included; only the sockets are missing. The figures are
/// per request.
/// </summary>
public class RequestBenchmarks : IDisposable
{
    private const int Requests = 16;
    private const int AccountId = 1;

    private readonly byte[][] _posts = [SampleRequests.Credit(AccountId), SampleRequests.Debit(AccountId)];
    private readonly byte[] _statement = SampleRequests.Statement(AccountId);
    private readonly InMemoryTransport _transport = new();
    private readonly Countdown _countdown = new();
    private readonly List<InMemoryClient> _clients = [];
    private LedgerScratch? _scratch;
    private SqliteLedger? _sqlite;
    private readonly MetricSet _metrics = new();
    private BankServer _server = null!;
    private int _posted;

    /// <summary>What stands behind.</summary>
    [Params(LedgerKind.Constant, LedgerKind.Sqlite)]
    public LedgerKind Ledger { get; set; }

    /// <summary>Connections, each with one request on its way.</summary>
    [Params(1, 16)]
    public int Connections { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _server = new BankServer(_transport.EndPoint, _transport, NullLoggerFactory.Instance);
        var watch = new RequestWatch(slowRequestMs: 1000, NullLogger.Instance);
        watch.AddTo(_metrics);
        var application = new BankApplication(Open(), resetEnabled: false, NullLogger.Instance, _metrics, watch);
        _server.StartAsync(application).GetAwaiter().GetResult();
        for (var index = 0; index < Connections; index++)
        {
            _clients.Add(_transport.Connect(_countdown));
        }

        ExpectPosts();
        ExpectStatement();
        Post();
        Statement();
        _scratch?.ExpectTransactions(2 + Requests);
    }

    /// <summary>Credits and debits in turns, each accepted and committed before its answer.</summary>
    [Benchmark(OperationsPerInvoke = Requests)]
    public void Post()
    {
        for (var sent = 0; sent < Requests; sent += Connections)
        {
            Exchange(_posts[_posted++ % 2]);
        }
    }

    /// <summary>The last ten transactions.</summary>
    [Benchmark(OperationsPerInvoke = Requests)]
    public void Statement()
    {
        for (var sent = 0; sent < Requests; sent += Connections)
        {
            Exchange(_statement);
        }
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _clients.ForEach(client => client.Dispose());
        _server?.StopAsync().GetAwaiter().GetResult();
        _server?.Dispose();
        _sqlite?.Dispose();
        _scratch?.Dispose();
        _countdown.Dispose();
    }

    private ILedger Open()
    {
        if (Ledger == LedgerKind.Constant)
        {
            return new ConstantLedger();
        }

        _scratch = new LedgerScratch();
        _sqlite = _scratch.Open();
        return _sqlite;
    }

    // On every connection at once; back when all are answered.
    private void Exchange(byte[] request)
    {
        _countdown.Start(_clients.Count);
        foreach (var client in _clients)
        {
            client.Send(request);
        }

        _countdown.Wait();
        foreach (var client in _clients)
        {
            Expect.That(client.IsOk, "the answer is 200");
        }
    }

    private ReadOnlyMemory<byte> Ask(byte[] request)
    {
        _countdown.Start(1);
        _clients[0].Send(request);
        _countdown.Wait();
        Expect.That(_clients[0].IsOk, "the answer is 200");
        return _clients[0].Body;
    }

    private void ExpectPosts()
    {
        Expect.SameText("""{"limite":100000,"saldo":1}"""u8, Ask(_posts[0]).Span);
        Expect.SameText("""{"limite":100000,"saldo":0}"""u8, Ask(_posts[1]).Span);
    }

    private void ExpectStatement()
    {
        using var statement = JsonDocument.Parse(Ask(_statement));
        var limit = statement.RootElement.GetProperty("saldo"u8).GetProperty("limite"u8).GetInt64();
        var entries = statement.RootElement.GetProperty("ultimas_transacoes"u8);
        Expect.That(limit == 100_000, "the limit is account 1's");
        Expect.That(entries.GetArrayLength() == (_scratch is null ? 10 : 2), "what was posted is listed");
        Expect.That(entries[0].GetProperty("descricao"u8).GetString() == "descricao", "with its text");
    }
}
