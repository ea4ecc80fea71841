using System.Collections.Concurrent;

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

/// <summary>
/// The bank's rules in memory, right in every point; a fault is a ledger that overrides one of them. The bank calls it
/// for one request at a time.
/// </summary>
internal class StubLedger
{
    private const int TextCharsMax = 10;

    private readonly StubAccount[] _accounts;
    private readonly Dictionary<string, (string Body, StubAnswer Answer)> _answered = [];

    public StubLedger() => _accounts =
    [
        .. new long[] { 100_000, 80_000, 1_000_000, 10_000_000, 500_000 }
            .Select((limitCents, index) => new StubAccount(index + 1, limitCents)),
    ];

    /// <summary>The clients, 1 first.</summary>
    public IReadOnlyList<StubAccount> Accounts => _accounts;

    /// <summary>How many wrong answers were given, where the fault counts them.</summary>
    public int Wrong { get; protected set; }

    /// <summary>Whether a request with a key that was answered before gets that answer again.</summary>
    public bool KnowsKeys { get; init; } = true;

    /// <summary>Answers a request; with a key it knows, as it did the first time.</summary>
    public virtual StubAnswer Answer(StubRequest request)
    {
        if (request.Key is not { } key || !KnowsKeys)
        {
            return AnswerAnew(request);
        }

        if (_answered.TryGetValue(key, out var first))
        {
            return first.Body == request.Body ? first.Answer : Invalid();
        }

        var answer = AnswerAnew(request);
        _answered[key] = (request.Body, answer);
        return answer;
    }

    private StubAnswer AnswerAnew(StubRequest request)
    {
        if (Find(request.ClientId) is not { } account)
        {
            return Unknown();
        }

        if (request.Method == "GET")
        {
            return Statement(account);
        }

        return TryRead(request.Body, out var amountCents, out var kind, out var text)
            ? Post(account, amountCents, kind, text)
            : Invalid();
    }

    protected virtual StubAccount? Find(int clientId) =>
        clientId >= 1 && clientId <= _accounts.Length ? _accounts[clientId - 1] : null;

    /// <summary>The answer about a client that does not exist.</summary>
    protected virtual StubAnswer Unknown() => new(404);

    /// <summary>The answer to a transaction that is none.</summary>
    protected virtual StubAnswer Invalid() => new(422);

    /// <summary>Applies a transaction, or refuses it.</summary>
    protected virtual StubAnswer Post(StubAccount account, long amountCents, char kind, string text)
    {
        var balanceCents = account.BalanceCents + (kind == 'd' ? -amountCents : amountCents);
        if (kind == 'd' && balanceCents < -account.LimitCents)
        {
            return new StubAnswer(422);
        }

        account.BalanceCents = balanceCents;
        account.History.Add((amountCents, kind, text));
        return account.Receipt(balanceCents);
    }

    protected virtual StubAnswer Statement(StubAccount account) =>
        account.Statement(account.BalanceCents, account.Newest);

    private static bool TryRead(string body, out long amountCents, out char kind, out string text)
    {
        using var json = JsonDocument.Parse(body);
        var root = json.RootElement;
        var tipo = root.GetProperty("tipo").GetString();
        text = root.GetProperty("descricao").GetString() ?? "";
        kind = tipo is "c" or "d" ? tipo[0] : '?';
        return root.GetProperty("valor").TryGetInt64(out amountCents)
            && amountCents > 0 && kind != '?' && text.Length is > 0 and <= TextCharsMax;
    }
}

/// <summary>A client of the stub bank.</summary>
internal sealed class StubAccount(int id, long limitCents)
{
    private const int Listed = 10;

    public int Id => id;

    public long LimitCents => limitCents;

    public long BalanceCents { get; set; }

    /// <summary>The history, oldest first.</summary>
    public List<(long AmountCents, char Kind, string Text)> History { get; } = [];

    /// <summary>The newest transactions, as many as a statement lists, newest first.</summary>
    public IEnumerable<(long AmountCents, char Kind, string Text)> Newest => History.TakeLast(Listed).Reverse();

    /// <summary>The answer to a transaction that left this balance.</summary>
    public StubAnswer Receipt(long balanceCents) => new(
        200, string.Create(CultureInfo.InvariantCulture, $"{{\"limite\": {LimitCents}, \"saldo\": {balanceCents}}}"));

    /// <summary>A statement with this balance and these transactions.</summary>
    public StubAnswer Statement(long balanceCents, IEnumerable<(long AmountCents, char Kind, string Text)> listed)
    {
        const string at = "2024-01-17T02:34:41.217753Z";
        var entries = listed.Select(one => string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            {"valor":{{one.AmountCents}},"tipo":"{{one.Kind}}","descricao":"{{one.Text}}","realizada_em":"{{at}}"}
            """));
        var head = $$"""{"total":{{balanceCents}},"data_extrato":"{{at}}","limite":{{LimitCents}}}""";
        return new StubAnswer(200, $$"""{"saldo":{{head}},"ultimas_transacoes":[{{string.Join(',', entries)}}]}""");
    }
}
