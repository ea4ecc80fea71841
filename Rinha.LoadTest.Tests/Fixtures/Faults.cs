namespace Rinha.LoadTest.Tests.Fixtures;

// Ledgers with one fault each.
internal static class Faults
{
    // Answers 200 to invalid transactions.
    public static StubLedger AcceptsAnything() => new() { Invalid = new StubAccount(1, 100_000).Receipt(0) };

    // Answers 200 for an unknown client.
    public static StubLedger KnowsUnknownClients() => new() { Unknown = new StubAccount(6, 0).Statement(0, []) };

    public static StubLedger RefusesCredits() => new()
    {
        OnPost = (_, entry, next) => entry.Kind == 'c' ? new StubAnswer(422) : next(),
    };

    // applies: apply the request anyway.
    public static StubLedger AnswersUnavailable(Func<StubRequest, StubLedger, bool> when, bool applies = false) =>
        Inject(new StubLedger(), when, applies, () => new StubAnswer(503));

    // Answers every nth credit with 503, up to a maximum.
    public static StubLedger AnswersUnavailable(int interval, int most, bool applies)
    {
        var credits = 0;
        return AnswersUnavailable(
            (request, ledger) => request.Body.Contains("\"c\"", StringComparison.Ordinal)
                && ++credits % interval == 0 && ledger.Injected < most,
            applies);
    }

    // Closes the connection instead of answering every nth request.
    // applies: apply the request anyway.
    public static StubLedger DropsConnections(int interval, bool applies, bool knowsKeys = true)
    {
        var requests = 0;
        // The stub treats this as a lost client and closes the connection.
        return Inject(
            new StubLedger { KnowsKeys = knowsKeys },
            (_, _) => ++requests % interval == 0,
            applies,
            () => throw new SocketException());
    }

    // Accepts every debit; the first one per client also takes the balance past the limit.
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

    // Applies every nth credit twice without saying so.
    public static StubLedger DoublesTransactions(int interval) => AfterCredits(interval, (account, entry) =>
        account.Post(entry));

    // Forgets every nth credit right after acknowledging it.
    public static StubLedger ForgetsTransactions(int interval) => AfterCredits(interval, (account, entry) =>
    {
        account.BalanceCents -= entry.AmountCents;
        account.History.RemoveAt(account.History.Count - 1);
    });

    // Lost updates: some transactions start from the balance before the previous one.
    // first: the first such transaction, counted from 1.
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

    // Like a stale cache: the first statement after a transaction shows the state before it.
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

    // Every nth statement shows the balance before and the list after a transaction.
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

    private static StubLedger AfterCredits(int interval, Action<StubAccount, StubEntry> fault)
    {
        var credits = 0;
        return new StubLedger
        {
            OnPost = (account, entry, next) =>
            {
                var answer = next();
                if (entry.Kind == 'c' && ++credits % interval == 0)
                {
                    fault(account, entry);
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
