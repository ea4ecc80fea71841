using System.IO.Pipelines;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Rinha.Server.Http;
using Rinha.Server.Ledger;
using Rinha.Server.Sqlite;
using Rinha.Server.Telemetry;

namespace Rinha.Bench;

// Whole requests through the real server, including Kestrel's HTTP/1.1, over in-memory pipes instead of sockets.
// Results are per request.
public class RequestBenchmarks : IDisposable
{
    private const int Requests = 16;

    private readonly PipeTransport _transport = new();
    private readonly MetricSet _metrics = new();
    private PipeClient[] _clients = [];
    private ScratchLedger? _scratch;
    private SqliteLedger? _sqlite;
    private BankServer _server = null!;
    private int _posted;

    // With false the ledger answers a constant: the cost of HTTP alone.
    [Params(false, true)]
    public bool Sqlite { get; set; }

    // Each with one request in flight.
    [Params(1, 16)]
    public int Connections { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _server = new BankServer(_transport.EndPoint, _transport, NullLoggerFactory.Instance);
        _scratch = Sqlite ? new ScratchLedger() : null;
        _sqlite = _scratch?.Open();
        var requests = new RequestLog(slowRequestMs: 1000, NullLogger.Instance);
        requests.AddTo(_metrics);
        var application = new BankApplication(
            (ILedger?)_sqlite ?? new ConstantLedger(), resetEnabled: false, NullLogger.Instance, _metrics, requests);
        _server.StartAsync(application).GetAwaiter().GetResult();
        _clients = [.. Enumerable.Range(0, Connections).Select(_ => _transport.Connect())];
        Post();
        Statement();
        _scratch?.ExpectTransactions(Requests);
    }

    // Alternates credits and debits; each is committed before its answer.
    [Benchmark(OperationsPerInvoke = Requests)]
    public void Post()
    {
        for (var sent = 0; sent < Requests; sent += Connections)
        {
            Exchange(_posted++ % 2 == 0 ? Samples.Credit : Samples.Debit);
        }
    }

    [Benchmark(OperationsPerInvoke = Requests)]
    public void Statement()
    {
        for (var sent = 0; sent < Requests; sent += Connections)
        {
            Exchange(Samples.ReadStatement);
        }
    }

    [GlobalCleanup]
    public void Dispose()
    {
        Array.ForEach(_clients, client => client.Dispose());
        _server?.StopAsync().GetAwaiter().GetResult();
        _server?.Dispose();
        _metrics.Dispose();
        _sqlite?.Dispose();
        _scratch?.Dispose();
    }

    // Sends on every connection, then waits for all answers.
    private void Exchange(byte[] request)
    {
        foreach (var client in _clients)
        {
            client.Send(request);
        }

        foreach (var client in _clients)
        {
            client.Receive();
        }
    }

    private sealed class ConstantLedger : ILedger
    {
        public WriterState Writer => WriterState.Ready;

        public IWriteRound? Round => null;

        public ValueTask<WriteOutcome> WriteAsync(PendingWrite write) =>
            ValueTask.FromResult(new WriteOutcome(PostResult.Accepted, BalanceCents: 0, LimitCents: 100_000));

        public ValueTask<LookupResult> ReadStatementAsync(long accountId, Statement statement)
        {
            Samples.Fill(statement);
            return ValueTask.FromResult(LookupResult.Found);
        }

        public ValueTask<LookupResult> ReadHistoryAsync(long accountId, HistoryPage page) =>
            ValueTask.FromResult(LookupResult.Found);

        public ValueTask<LookupResult> FindAccountAsync(long accountId) => ValueTask.FromResult(LookupResult.Found);
    }
}

// A Kestrel transport whose connections are pairs of in-memory pipes. Everything runs inline, as with the server's
// sockets: a request is processed on the thread that sends it.
internal sealed class PipeTransport : IConnectionListenerFactory, IConnectionListener
{
    private static readonly PipeOptions s_inline = new(
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false);

    private readonly Channel<ConnectionContext> _arriving = Channel.CreateUnbounded<ConnectionContext>();

    public EndPoint EndPoint { get; } = new IPEndPoint(IPAddress.Loopback, 9999);

    public PipeClient Connect()
    {
        var (requests, answers) = (new Pipe(s_inline), new Pipe(s_inline));
        var server = new Duplex(requests.Reader, answers.Writer);
        var client = new Duplex(answers.Reader, requests.Writer);
        _ = _arriving.Writer.TryWrite(new DefaultConnectionContext(Guid.NewGuid().ToString(), server, client));
        return new PipeClient(client);
    }

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IConnectionListener>(this);

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
        await _arriving.Reader.WaitToReadAsync(cancellationToken) && _arriving.Reader.TryRead(out var connection)
            ? connection
            : null;

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _arriving.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => UnbindAsync();

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}

// The client's end of a connection: one request at a time.
internal sealed class PipeClient(IDuplexPipe pipe) : IDisposable
{
    public void Send(byte[] request)
    {
        var flush = pipe.Output.WriteAsync(request);
        Expect.That(flush.IsCompletedSuccessfully && !flush.Result.IsCompleted, "the server takes the request at once");
    }

    // Waits for the answer, which must be a 200; Kestrel flushes it in one piece.
    public void Receive()
    {
        if (!pipe.Input.TryRead(out var read))
        {
            read = pipe.Input.ReadAsync().AsTask().GetAwaiter().GetResult();
        }

        var isWhole = read.Buffer.FirstSpan.StartsWith("HTTP/1.1 200 OK\r\n"u8)
            && read.Buffer.Slice(read.Buffer.Length - 1).FirstSpan[0] == '}';
        Expect.That(isWhole, "the answer is a whole 200");
        pipe.Input.AdvanceTo(read.Buffer.End);
    }

    public void Dispose()
    {
        pipe.Output.Complete();
        pipe.Input.Complete();
    }
}
