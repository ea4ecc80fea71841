using System.Text.Json;

namespace Rinha.LoadTest.Tests.Fixtures;

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
