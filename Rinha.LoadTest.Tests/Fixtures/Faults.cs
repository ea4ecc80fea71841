namespace Rinha.LoadTest.Tests.Fixtures;

/// <summary>Ledgers that are wrong in one way each.</summary>
internal static class Faults
{
    /// <summary>Answers 200 to transactions that are none.</summary>
    public static StubLedger AcceptsAnything() => new() { Invalid = new StubAccount(1, 100_000).Receipt(0) };

    /// <summary>Answers 200 about a client that does not exist.</summary>
    public static StubLedger KnowsUnknownClients() => new() { Unknown = new StubAccount(6, 0).Statement(0, []) };

    public static StubLedger RefusesCredits() => new()
    {
        OnPost = (_, entry, next) => entry.Kind == 'c' ? new StubAnswer(422) : next(),
    };

    /// <summary>Answers requests with 503 while the function says so.</summary>
    /// <param name="applies">Whether the request is applied all the same.</param>
    public static StubLedger AnswersUnavailable(Func<StubRequest, StubLedger, bool> when, bool applies = false) =>
        Inject(new StubLedger(), when, applies, () => new StubAnswer(503));

    /// <summary>Answers one of every so many credits with 503, until it has done so often enough.</summary>
    public static StubLedger AnswersUnavailable(int interval, int most, bool applies)
    {
        var credits = 0;
        return AnswersUnavailable(
            (request, ledger) => request.Body.Contains("\"c\"", StringComparison.Ordinal)
                && ++credits % interval == 0 && ledger.Injected < most,
            applies);
    }

    /// <summary>Closes the connection instead of answering, at every so many requests.</summary>
    /// <param name="applies">Whether the request is applied all the same.</param>
    public static StubLedger DropsConnections(int interval, bool applies, bool knowsKeys = true)
    {
        var requests = 0;
        // As if the client were gone: the stub's connection ends with it.
        return Inject(
            new StubLedger { KnowsKeys = knowsKeys },
            (_, _) => ++requests % interval == 0,
            applies,
            () => throw new SocketException());
    }

    /// <summary>Lets every debit pass, after a first one of more than the whole limit.</summary>
    public static StubLedger BreaksLimits()
    {
        var drained = new HashSet<int>();
        var ledger = new StubLedger();
        ledger.OnPost = (account, entry, _) =>
        {
            if (entry.AmountCents > 1 && drained.Add(account.Id))
            {
                account.BalanceCents -= account.LimitCents + 10_000;
            }

            var answer = account.Post(entry);
            return Counted(account, answer);
        };
        ledger.OnStatement = (account, next) => Counted(account, next());
        return ledger;

        StubAnswer Counted(StubAccount account, StubAnswer answer)
        {
            ledger.Injected += account.BalanceCents < -account.LimitCents ? 1 : 0;
            return answer;
        }
    }

    /// <summary>Applies every so many credits twice, and says so in no answer.</summary>
    public static StubLedger DoublesTransactions(int interval) => AfterCredits(interval, (account, entry) =>
        account.Post(entry));

    /// <summary>Forgets every so many credits right after it has acknowledged them.</summary>
    public static StubLedger ForgetsTransactions(int interval) => AfterCredits(interval, (account, entry) =>
    {
        account.BalanceCents -= entry.AmountCents;
        account.History.RemoveAt(account.History.Count - 1);
    });

    /// <summary>Some transactions start from the balance before the last one: one of two updates is lost.</summary>
    /// <param name="first">The first such transaction of the bank, counted from 1.</param>
    public static StubLedger LosesUpdates(int first, int interval = int.MaxValue)
    {
        var balances = new Dictionary<int, long>();
        var posted = 0;
        return new StubLedger
        {
            OnPost = (account, entry, next) =>
            {
                if (++posted >= first && (posted - first) % interval == 0
                    && balances.TryGetValue(account.Id, out var before)
                    && (entry.Kind == 'c' || before - entry.AmountCents >= -account.LimitCents))
                {
                    account.BalanceCents = before;
                }

                balances[account.Id] = account.BalanceCents;
                return next();
            },
        };
    }

    public static StubLedger ListsOldestFirst() => new()
    {
        OnStatement = (account, _) => account.Statement(account.BalanceCents, account.Newest.Reverse()),
    };

    /// <summary>The first statement after a transaction still shows the state before it, as a cache would.</summary>
    public static StubLedger ReadsStale()
    {
        var cached = new Dictionary<int, StubAnswer>();
        return new StubLedger
        {
            OnPost = (account, _, next) =>
            {
                cached[account.Id] = account.Statement(account.BalanceCents, account.Newest);
                return next();
            },
            OnStatement = (account, next) => cached.Remove(account.Id, out var stale) ? stale : next(),
        };
    }

    /// <summary>Every so many statements, reads the balance before and the list after another transaction.</summary>
    public static StubLedger TearsStatements(int interval)
    {
        var balances = new Dictionary<int, long>();
        var statements = 0;
        return new StubLedger
        {
            OnPost = (account, _, next) =>
            {
                balances[account.Id] = account.BalanceCents;
                return next();
            },
            OnStatement = (account, next) =>
                ++statements % interval == 0 && balances.TryGetValue(account.Id, out var before)
                    ? account.Statement(before, account.Newest)
                    : next(),
        };
    }

    private static StubLedger AfterCredits(int interval, Action<StubAccount, StubEntry> strike)
    {
        var credits = 0;
        return new StubLedger
        {
            OnPost = (account, entry, next) =>
            {
                var answer = next();
                if (entry.Kind == 'c' && ++credits % interval == 0)
                {
                    strike(account, entry);
                }

                return answer;
            },
        };
    }

    private static StubLedger Inject(
        StubLedger ledger, Func<StubRequest, StubLedger, bool> when, bool applies, Func<StubAnswer> answer)
    {
        ledger.OnRequest = (request, next) =>
        {
            if (!when(request, ledger))
            {
                return next();
            }

            ledger.Injected++;
            if (applies)
            {
                next();
            }

            return answer();
        };
        return ledger;
    }
}
