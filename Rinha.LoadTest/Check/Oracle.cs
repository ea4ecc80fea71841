using Rinha.LoadTest.Http;
using Rinha.LoadTest.Run;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Check;

internal readonly record struct LoggedTransaction(int ClientId, int SignedCents, long BalanceCents);

// Records every transaction of a run with its outcome, and every statement, for the checks that follow. Identifies a
// transaction by its text: texts must be distinct, and a retry keeps its text. Used on the event loop's thread alone.
internal sealed class TransactionLog : IRequestObserver
{
    private const int ServiceUnavailable = 503;

    private readonly Dictionary<int, long> _limits = [];
    private readonly List<StatementLine> _lines = [];

    public Dictionary<long, LoggedTransaction> Acknowledged { get; } = [];

    public HashSet<long> Refused { get; } = [];

    // No attempt got a conclusive answer: applied or not.
    public Dictionary<long, LoggedTransaction> Unknown { get; } = [];

    // Every attempt that reached the bank was answered "503, nothing was changed": not applied.
    public HashSet<long> Unavailable { get; } = [];

    public List<(int ClientId, long BalanceCents, long[] Texts)> Statements { get; } = [];

    public CheckCounter WithinLimit { get; } = new("balance never below minus the limit");

    public CheckCounter ConstantLimit { get; } = new("limit never changes");

    public CheckCounter WellFormed { get; } = new("every answer is well-formed");

    public void OnAnswer(in RequestPlan plan, in Answer answer)
    {
        if (answer.Status == 422)
        {
            Settle(plan.Text);
            Refused.Add(plan.Text);
            return;
        }

        var clientId = plan.ClientId;
        var readable = BankAnswer.TryRead(plan.Operation, answer.Body, out var limitCents, out var balanceCents);
        WellFormed.Check(readable, () => $"client {clientId}");
        if (plan.Operation != Operation.Statement)
        {
            Settle(plan.Text);
            (readable ? Acknowledged : Unknown)[plan.Text] = new(clientId, plan.SignedCents, balanceCents);
        }

        if (!readable)
        {
            return;
        }

        WithinLimit.Check(
            balanceCents >= -limitCents, () => $"client {clientId}: balance {balanceCents}, limit {limitCents}");
        var known = _limits.TryAdd(clientId, limitCents) ? limitCents : _limits[clientId];
        ConstantLimit.Check(known == limitCents, () => $"client {clientId}: {known}, then {limitCents}");
        if (plan.Operation == Operation.Statement)
        {
            AddStatement(clientId, balanceCents, answer.Body);
        }
    }

    public void OnFailure(in RequestPlan plan, FailureKind kind, in Answer answer)
    {
        // A refused connection carried no request.
        if (plan.Operation == Operation.Statement || kind == FailureKind.ConnectionRefused)
        {
            return;
        }

        // A 503 rules out this attempt, unless it says that the outcome is unknown. Any other failure leaves the
        // transaction unknown, whatever its other attempts got.
        if (answer.Status != ServiceUnavailable || BankAnswer.IsOutcomeUnknown(answer.Body))
        {
            Unavailable.Remove(plan.Text);
            Unknown[plan.Text] = new(plan.ClientId, plan.SignedCents, 0);
        }
        else if (!Unknown.ContainsKey(plan.Text))
        {
            Unavailable.Add(plan.Text);
        }
    }

    // A conclusive answer overrides earlier attempts.
    private void Settle(long text)
    {
        Unknown.Remove(text);
        Unavailable.Remove(text);
    }

    private void AddStatement(int clientId, long balanceCents, ReadOnlySpan<byte> body)
    {
        _lines.Clear();
        if (!BankAnswer.TryReadEntries(body, _lines))
        {
            WellFormed.Check(false, () => $"client {clientId}: unreadable transaction list");
            return;
        }

        // -1: a text from before the run.
        Statements.Add((clientId, balanceCents, [.. _lines.Select(line =>
            TextCode.TryRead(Encoding.UTF8.GetBytes(line.Text), out var text) ? text : -1)]));
    }
}

internal sealed class CheckCounter(string name)
{
    private long _checked;
    private long _violations;
    private string? _example;

    // Formats the example for the first violation only.
    public void Check(bool holds, Func<string> example)
    {
        _checked++;
        if (!holds)
        {
            _violations++;
            _example ??= example();
        }
    }

    public CheckResult ToResult() => new(name, _checked, _violations, _example);
}

// Compares a run's answers with the bank's final state: balances through the API, rows in the ledger. Pure functions
// over a finished TransactionLog.
internal static class Oracle
{
    // Above this many unknown transactions only the bounds of their sum are checked, not each subset.
    private const int UnknownMax = 20;

    // Through the API: every balance, client 1's first, moved by exactly the acknowledged sum.
    public static CheckResult Balances(TransactionLog log, IReadOnlyList<long> before, IReadOnlyList<long> after)
    {
        var counter = new CheckCounter("balance = balance before + acknowledged transactions");
        var acknowledged = CentsByClient(log.Acknowledged);
        var unknown = CentsByClient(log.Unknown);
        for (var index = 0; index < before.Count; index++)
        {
            var client = index + 1;
            var moved = after[index] - before[index];
            var sum = acknowledged[client].Sum();
            counter.Check(
                IsReachable(moved - sum, [.. unknown[client]]),
                () => $"client {client}: moved by {moved}, acknowledged {sum}");
        }

        return counter.ToResult();

        static ILookup<int, long> CentsByClient(Dictionary<long, LoggedTransaction> transactions) => transactions.Values
            .ToLookup(transaction => transaction.ClientId, transaction => (long)transaction.SignedCents);
    }

    // In the ledger: foreign rows are violations only if it was empty before the run.
    public static IReadOnlyList<CheckResult> Rows(TransactionLog log, LedgerRows ledger, bool wasEmpty)
    {
        var once = new CheckCounter("every acknowledged transaction is in the ledger exactly once");
        var right = new CheckCounter("every transaction in the ledger is as sent");
        var refused = new CheckCounter("no refused transaction is in the ledger");
        var unavailable = new CheckCounter("no transaction answered 503 is in the ledger");
        var others = new CheckCounter("no other transaction is in the ledger");
        foreach (var (text, sent) in log.Acknowledged)
        {
            var count = ledger.Rows.TryGetValue(text, out var row) ? row.Count : 0;
            once.Check(count == 1, () => $"client {sent.ClientId}: {count} times");
        }

        others.Check(ledger.Unrecognized == 0, () => $"{ledger.Unrecognized} with an unknown text");
        foreach (var (text, row) in ledger.Rows)
        {
            refused.Check(!log.Refused.Contains(text), () => $"client {row.ClientId}: {row.SignedCents}");
            unavailable.Check(!log.Unavailable.Contains(text), () => $"client {row.ClientId}: {row.SignedCents}");
            var isKnown = log.Acknowledged.TryGetValue(text, out var sent) || log.Unknown.TryGetValue(text, out sent);
            others.Check(isKnown, () => $"client {row.ClientId}: {row.SignedCents}");
            if (isKnown)
            {
                right.Check(
                    row.ClientId == sent.ClientId && row.SignedCents == sent.SignedCents && row.Count == 1,
                    () => $"client {row.ClientId}: {row.SignedCents}, sent {sent.SignedCents} for {sent.ClientId}");
            }
        }

        return
        [
            once.ToResult(), right.ToResult(), refused.ToResult(), unavailable.ToResult(),
            .. wasEmpty ? [others.ToResult()] : Array.Empty<CheckResult>(),
            .. Clients(ledger),
        ];
    }

    public static IReadOnlyList<CheckResult> Clients(LedgerRows ledger)
    {
        var sums = new CheckCounter("balance = sum of the client's history");
        var limits = new CheckCounter("no balance in the ledger is or ever was below minus the limit");
        var newest = new CheckCounter("a client's row lists its last ten transactions");
        foreach (var client in ledger.Clients)
        {
            sums.Check(
                client is { OutOfSequence: 0 }
                    && client.BalanceCents == client.SumCents && client.Rows == client.Sequence,
                () => $"client {client.Id}: balance {client.BalanceCents}, sum {client.SumCents}, "
                    + $"{client.Rows} rows, {client.OutOfSequence} out of sequence, sequence {client.Sequence}");
            limits.Check(
                Math.Min(client.BalanceCents, client.LowestCents) >= -client.LimitCents,
                () => $"client {client.Id}: balance {client.BalanceCents}, lowest {client.LowestCents}, "
                    + $"limit {client.LimitCents}");
            newest.Check(client.NewestMatches, () => $"client {client.Id}: differs from its {client.Rows} rows");
        }

        CheckResult[] both = [sums.ToResult(), limits.ToResult()];
        return ledger.ChecksNewest ? [.. both, newest.ToResult()] : both;
    }

    // Whether some subset of the unknown transactions explains the difference.
    private static bool IsReachable(long difference, List<long> unknown)
    {
        if (difference == 0 || unknown.Count > UnknownMax)
        {
            return difference >= unknown.Where(cents => cents < 0).Sum()
                && difference <= unknown.Where(cents => cents > 0).Sum();
        }

        var sums = new HashSet<long> { 0 };
        foreach (var cents in unknown)
        {
            sums.UnionWith([.. sums.Select(sum => sum + cents)]);
        }

        return sums.Contains(difference);
    }
}

// Checks a finished run's statements against its acknowledged transactions.
internal sealed class StatementChecks(TransactionLog log)
{
    private const int EntriesMax = 10;

    private readonly CheckCounter _snapshot = new("a statement's balance is that of its newest transaction");
    private readonly CheckCounter _chain = new("a statement lists consecutive transactions, newest first");
    private readonly CheckCounter _refused = new("no statement lists a refused transaction");

    public static IReadOnlyList<CheckResult> Run(TransactionLog log)
    {
        var checks = new StatementChecks(log);
        foreach (var (clientId, balanceCents, texts) in log.Statements)
        {
            checks.Check(clientId, balanceCents, texts);
        }

        return [checks._snapshot.ToResult(), checks._chain.ToResult(), checks._refused.ToResult()];
    }

    private void Check(int clientId, long balanceCents, long[] texts)
    {
        _refused.Check(!texts.Any(log.Refused.Contains), () => $"client {clientId}");
        _chain.Check(texts.Length <= EntriesMax, () => $"client {clientId}: {texts.Length} transactions");
        if (texts.Length == 0 || !log.Acknowledged.TryGetValue(texts[0], out var newest))
        {
            return;
        }

        _snapshot.Check(
            newest.BalanceCents == balanceCents && newest.ClientId == clientId,
            () => $"client {clientId}: balance {balanceCents}, but its newest transaction left {newest.BalanceCents}");
        for (var index = 1; index < texts.Length; index++)
        {
            if (!log.Acknowledged.TryGetValue(texts[index], out var older)
                || !log.Acknowledged.TryGetValue(texts[index - 1], out var younger))
            {
                return;
            }

            _chain.Check(
                older.BalanceCents + younger.SignedCents == younger.BalanceCents,
                () => $"client {clientId}: {older.BalanceCents} {younger.SignedCents:+0;-0} is not "
                    + $"{younger.BalanceCents}");
        }
    }
}
