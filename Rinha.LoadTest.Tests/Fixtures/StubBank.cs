using System.Collections.Concurrent;
using Rinha.LoadTest.Http;

namespace Rinha.LoadTest.Tests.Fixtures;

/// <summary>A bank over raw sockets, HTTP/1.1 with keep-alive; right unless its ledger is not.</summary>
internal sealed class StubBank : IDisposable
{
    private readonly StubLedger _ledger;
    private readonly Action<StubRequest>? _beforeAnswer;
    private readonly StubServer _server;
    private readonly Lock _lock = new();
    private readonly bool _keeps;
    private long _served;

    /// <param name="ledger">The rules; the right ones when not given.</param>
    /// <param name="socketPath">The unix socket to listen on, instead of a TCP port.</param>
    /// <param name="keeps">Whether requests are kept for <see cref="Requests"/>.</param>
    /// <param name="beforeAnswer">Called with each request after it was applied and before it is answered.</param>
    public StubBank(
        StubLedger? ledger = null,
        string? socketPath = null,
        bool keeps = false,
        Action<StubRequest>? beforeAnswer = null)
    {
        _ledger = ledger ?? new StubLedger();
        _keeps = keeps;
        _beforeAnswer = beforeAnswer;
        _server = socketPath is null ? StubServer.Start(Serve) : StubServer.StartUnix(socketPath, Serve);
    }

    public string Url => _server.Url;

    public Target Target => _server.Target;

    public StubLedger Ledger => _ledger;

    /// <summary>How many connections have been made.</summary>
    public int Accepted => _server.Accepted;

    /// <summary>How many connections are open.</summary>
    public int Open => _server.Open;

    /// <summary>How many requests have been read.</summary>
    public long Served => Interlocked.Read(ref _served);

    /// <summary>The requests in the order of their arrival.</summary>
    public ConcurrentQueue<StubRequest> Requests { get; } = new();

    public void Dispose() => _server.Dispose();

    private void Serve(StubConnection connection)
    {
        while (connection.Read() is { } request)
        {
            Interlocked.Increment(ref _served);
            if (_keeps)
            {
                Requests.Enqueue(request);
            }

            StubAnswer answer;
            lock (_lock)
            {
                answer = _ledger.Answer(request);
            }

            _beforeAnswer?.Invoke(request);
            connection.Send(answer.ToBytes());
        }
    }
}
