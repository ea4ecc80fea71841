namespace Rinha.LoadTest.Tests.Fixtures.Faults;

/// <summary>Answers 200 to transactions that are none.</summary>
internal sealed class AcceptsAnything : StubLedger
{
    protected override StubAnswer Invalid() => Accounts[0].Receipt(0);
}

/// <summary>Answers so many credits with 503, one of every so many.</summary>
/// <param name="interval">How many credits from one to the next.</param>
/// <param name="most">How many at most.</param>
/// <param name="applies">Whether the credit is applied all the same.</param>
internal sealed class AnswersUnavailable(int interval, int most, bool applies) : StubLedger
{
    private int _credits;

    public int Unavailable { get; private set; }

    public override StubAnswer Answer(StubRequest request)
    {
        var isCredit = request.Body.Contains("\"c\"", StringComparison.Ordinal);
        if (!isCredit || ++_credits % interval != 0 || Unavailable == most)
        {
            return base.Answer(request);
        }

        Unavailable++;
        if (applies)
        {
            base.Answer(request);
        }

        return new StubAnswer(503);
    }
}

/// <summary>Answers everything with 503 until it is told to be a right bank.</summary>
internal sealed class AnswersUnavailableUntil : StubLedger
{
    private volatile bool _isRight;

    public int Unavailable { get; private set; }

    public void BeRight() => _isRight = true;

    public override StubAnswer Answer(StubRequest request)
    {
        if (_isRight)
        {
            return base.Answer(request);
        }

        Unavailable++;
        return new StubAnswer(503);
    }
}

/// <summary>Lets every debit pass, as if somebody had begun with one of the whole limit.</summary>
internal sealed class BreaksLimits : StubLedger
{
    private readonly HashSet<int> _drained = [];

    protected override StubAnswer Post(StubAccount account, long amountCents, char kind, string text)
    {
        if (amountCents > 1 && _drained.Add(account.Id))
        {
            account.BalanceCents -= account.LimitCents + 10_000;
        }

        account.BalanceCents += kind == 'd' ? -amountCents : amountCents;
        account.History.Add((amountCents, kind, text));
        Count(account);
        return account.Receipt(account.BalanceCents);
    }

    protected override StubAnswer Statement(StubAccount account)
    {
        Count(account);
        return base.Statement(account);
    }

    private void Count(StubAccount account) => Wrong += account.BalanceCents < -account.LimitCents ? 1 : 0;
}

/// <summary>Applies every so many credits twice, and says so in no answer.</summary>
internal sealed class DoublesTransactions(int interval) : StubLedger
{
    private int _credits;

    protected override StubAnswer Post(StubAccount account, long amountCents, char kind, string text)
    {
        var answer = base.Post(account, amountCents, kind, text);
        if (kind == 'c' && ++_credits % interval == 0)
        {
            base.Post(account, amountCents, kind, text);
        }

        return answer;
    }
}

/// <summary>Closes the connection instead of answering, at every so many requests.</summary>
/// <param name="interval">How many requests from one to the next.</param>
/// <param name="applies">Whether the request is applied all the same.</param>
internal sealed class DropsConnections(int interval, bool applies) : StubLedger
{
    private int _requests;

    public int Dropped { get; private set; }

    public override StubAnswer Answer(StubRequest request)
    {
        if (++_requests % interval != 0)
        {
            return base.Answer(request);
        }

        Dropped++;
        if (applies)
        {
            base.Answer(request);
        }

        // As if the client were gone: the stub's connection ends with it.
        throw new SocketException();
    }
}

/// <summary>Forgets every so many credits right after it has acknowledged them.</summary>
internal sealed class ForgetsTransactions(int interval) : StubLedger
{
    private int _credits;

    protected override StubAnswer Post(StubAccount account, long amountCents, char kind, string text)
    {
        var answer = base.Post(account, amountCents, kind, text);
        if (kind == 'c' && ++_credits % interval == 0)
        {
            account.BalanceCents -= amountCents;
            account.History.RemoveAt(account.History.Count - 1);
        }

        return answer;
    }
}

/// <summary>Answers 200 about a client that does not exist.</summary>
internal sealed class KnowsEverybody : StubLedger
{
    protected override StubAnswer Unknown() => new StubAccount(6, 0).Statement(0, []);
}

/// <summary>Lists a statement's transactions in the wrong order.</summary>
internal sealed class ListsOldestFirst : StubLedger
{
    protected override StubAnswer Statement(StubAccount account) =>
        account.Statement(account.BalanceCents, account.Newest.Reverse());
}

/// <summary>Some transactions start from the balance before the last one: two updates, of which one is lost.</summary>
/// <param name="first">The first such transaction of the bank, counted from 1.</param>
/// <param name="interval">How many transactions from one to the next.</param>
internal sealed class LosesUpdates(int first, int interval = int.MaxValue) : StubLedger
{
    private readonly Dictionary<int, long> _before = [];
    private int _posted;

    protected override StubAnswer Post(StubAccount account, long amountCents, char kind, string text)
    {
        if (++_posted >= first && (_posted - first) % interval == 0
            && _before.TryGetValue(account.Id, out var before)
            && (kind == 'c' || before - amountCents >= -account.LimitCents))
        {
            account.BalanceCents = before;
        }

        _before[account.Id] = account.BalanceCents;
        return base.Post(account, amountCents, kind, text);
    }
}

/// <summary>The first statement after a transaction still shows the state before it, as a cache would.</summary>
internal sealed class ReadsStale : StubLedger
{
    private readonly Dictionary<int, StubAnswer> _cached = [];

    protected override StubAnswer Post(StubAccount account, long amountCents, char kind, string text)
    {
        _cached[account.Id] = base.Statement(account);
        return base.Post(account, amountCents, kind, text);
    }

    protected override StubAnswer Statement(StubAccount account) =>
        _cached.Remove(account.Id, out var stale) ? stale : base.Statement(account);
}

/// <summary>Answers 422 to credits.</summary>
internal sealed class RefusesCredits : StubLedger
{
    protected override StubAnswer Post(StubAccount account, long amountCents, char kind, string text) =>
        kind == 'c' ? new StubAnswer(422) : base.Post(account, amountCents, kind, text);
}

/// <summary>Every so many statements, reads the balance before and the list after another transaction.</summary>
internal sealed class TearsStatements(int interval) : StubLedger
{
    private readonly Dictionary<int, long> _before = [];
    private int _statements;

    protected override StubAnswer Post(StubAccount account, long amountCents, char kind, string text)
    {
        _before[account.Id] = account.BalanceCents;
        return base.Post(account, amountCents, kind, text);
    }

    protected override StubAnswer Statement(StubAccount account) =>
        ++_statements % interval == 0 && _before.TryGetValue(account.Id, out var before)
            ? account.Statement(before, account.Newest)
            : base.Statement(account);
}
