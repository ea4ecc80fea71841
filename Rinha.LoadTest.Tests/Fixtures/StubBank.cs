using System.Collections.Concurrent;

namespace Rinha.LoadTest.Tests.Fixtures;

// A bank over raw sockets, HTTP/1.1 with keep-alive; correct unless its ledger injects a fault.
internal sealed class StubBank : IDisposable
{
    private readonly Action<StubRequest>? _beforeAnswer;
    private readonly StubServer _server;
    private long _served;

    // beforeAnswer: called after a request has been applied, before it is answered.
    public StubBank(
        StubLedger? ledger = null, string? socketPath = null, Action<StubRequest>? beforeAnswer = null)
    {
        Ledger = ledger ?? new StubLedger();
        _beforeAnswer = beforeAnswer;
        _server = socketPath is null ? StubServer.Start(Serve) : StubServer.StartUnix(socketPath, Serve);
    }

    public StubLedger Ledger { get; }

    public string Url => _server.Url;

    public Target Target => _server.Target;

    public int Accepted => _server.Accepted;

    public int Open => _server.Open;

    public long Served => Interlocked.Read(ref _served);

    public ConcurrentQueue<StubRequest> Requests { get; } = new();

    public void Dispose() => _server.Dispose();

    private void Serve(StubConnection connection)
    {
        while (connection.Read() is { } request)
        {
            Interlocked.Increment(ref _served);
            Requests.Enqueue(request);
            StubAnswer answer;
            lock (Ledger)
            {
                answer = Ledger.Answer(request);
            }

            _beforeAnswer?.Invoke(request);
            connection.Send(answer.ToBytes());
        }
    }
}

// The bank's rules in memory. A fault (Faults) wraps one of the functions and may call the correct one. Called for one
// request at a time.
internal sealed class StubLedger
{
    private const int TextCharsMax = 10;

    private readonly Dictionary<(int ClientId, string Key), (string Body, StubAnswer Answer)> _answered = [];

    // Client 1 first.
    public IReadOnlyList<StubAccount> Accounts { get; init; } =
    [
        .. new long[] { 100_000, 80_000, 1_000_000, 10_000_000, 500_000 }
            .Select((limitCents, index) => new StubAccount(index + 1, limitCents)),
    ];

    public Func<StubRequest, Func<StubAnswer>, StubAnswer> OnRequest { get; set; } = (_, next) => next();

    // Applies or refuses a transaction.
    public Func<StubAccount, StubEntry, Func<StubAnswer>, StubAnswer> OnPost { get; set; } = (_, _, next) => next();

    public Func<StubAccount, Func<StubAnswer>, StubAnswer> OnStatement { get; set; } = (_, next) => next();

    public StubAnswer Unknown { get; init; } = new(404);

    // The answer to an invalid transaction.
    public StubAnswer Invalid { get; init; } = new(422);

    // How often the fault was injected, if it counts.
    public int Injected { get; set; }

    // Whether an account's repeated idempotency key gets its first answer again.
    public bool KnowsKeys { get; init; } = true;

    public StubAnswer Answer(StubRequest request) => OnRequest(request, () => AnswerCorrectly(request));

    private StubAnswer AnswerCorrectly(StubRequest request)
    {
        if (request.Key is not { } key || !KnowsKeys)
        {
            return Apply(request);
        }

        if (!_answered.TryGetValue((request.ClientId, key), out var first))
        {
            first = _answered[(request.ClientId, key)] = (request.Body, Apply(request));
        }

        return first.Body == request.Body ? first.Answer : Invalid;
    }

    private StubAnswer Apply(StubRequest request)
    {
        if (Accounts.ElementAtOrDefault(request.ClientId - 1) is not { } account)
        {
            return Unknown;
        }

        if (request.Method == "GET")
        {
            // As the contest asks, there is no history to read.
            return request.Path.EndsWith("/extrato", StringComparison.Ordinal)
                ? OnStatement(account, () => account.Statement(account.BalanceCents, account.Newest))
                : Unknown;
        }

        return TryRead(request.Body, out var entry) ? OnPost(account, entry, () => Post(account, entry)) : Invalid;
    }

    private static StubAnswer Post(StubAccount account, StubEntry entry)
    {
        if (entry.Kind == 'd' && account.BalanceCents + entry.SignedCents < -account.LimitCents)
        {
            return new StubAnswer(422);
        }

        return account.Post(entry);
    }

    private static bool TryRead(string body, out StubEntry entry)
    {
        using var json = JsonDocument.Parse(body);
        var root = json.RootElement;
        var kind = root.GetProperty("tipo").GetString()![0];
        var text = root.GetProperty("descricao").GetString() ?? "";
        var isWhole = root.GetProperty("valor").TryGetInt64(out var amountCents);
        entry = new StubEntry(amountCents, kind, text);
        return isWhole && amountCents > 0 && kind is 'c' or 'd' && text.Length is > 0 and <= TextCharsMax;
    }
}

internal readonly record struct StubEntry(long AmountCents, char Kind, string Text)
{
    public long SignedCents => Kind == 'd' ? -AmountCents : AmountCents;
}

internal sealed class StubAccount(int id, long limitCents)
{
    private const int Listed = 10;

    public int Id => id;

    public long LimitCents => limitCents;

    public long BalanceCents { get; set; }

    public List<StubEntry> History { get; } = [];

    // What a statement lists, newest first.
    public IEnumerable<StubEntry> Newest => History.TakeLast(Listed).Reverse();

    // Applies a transaction without checking the limit.
    public StubAnswer Post(StubEntry entry)
    {
        BalanceCents += entry.SignedCents;
        History.Add(entry);
        return Receipt(BalanceCents);
    }

    // The answer to an accepted transaction.
    public StubAnswer Receipt(long balanceCents) =>
        new(200, $$"""{"limite": {{LimitCents}}, "saldo": {{balanceCents}}}""");

    public StubAnswer Statement(long balanceCents, IEnumerable<StubEntry> listed)
    {
        const string at = "2024-01-17T02:34:41.217753Z";
        var entries = listed.Select(one => $$"""
            {"valor":{{one.AmountCents}},"tipo":"{{one.Kind}}","descricao":"{{one.Text}}","realizada_em":"{{at}}"}
            """);
        var head = $$"""{"total":{{balanceCents}},"data_extrato":"{{at}}","limite":{{LimitCents}}}""";
        return new StubAnswer(200, $$"""{"saldo":{{head}},"ultimas_transacoes":[{{string.Join(',', entries)}}]}""");
    }
}
