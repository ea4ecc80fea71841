using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Check;

// Checks a finished run's statements against its acknowledged transactions, where the ledger cannot be read.
internal sealed class StatementChecks
{
    private const int EntriesMax = 10;

    private readonly CheckCounter _snapshot = new("a statement's balance is that of its newest transaction");
    private readonly CheckCounter _chain = new("a statement lists consecutive transactions, newest first");
    private readonly CheckCounter _refused = new("no statement lists a refused transaction");

    private readonly Dictionary<long, LoggedRequest> _acknowledged = [];
    private readonly HashSet<long> _refusedTexts = [];

    private StatementChecks(TransactionLog log)
    {
        foreach (var request in log.Requests)
        {
            if (request.Outcome == Outcome.Acknowledged)
            {
                _acknowledged[request.Text] = request;
            }
            else if (request.Outcome == Outcome.Refused)
            {
                _refusedTexts.Add(request.Text);
            }
        }
    }

    public static IReadOnlyList<CheckResult> Run(TransactionLog log)
    {
        var checks = new StatementChecks(log);
        foreach (var (clientId, balanceCents, texts) in log.Statements!)
        {
            checks.Check(clientId, balanceCents, texts);
        }

        return [checks._snapshot.ToResult(), checks._chain.ToResult(), checks._refused.ToResult()];
    }

    private void Check(int clientId, long balanceCents, long[] texts)
    {
        _refused.Check(!texts.Any(_refusedTexts.Contains), () => $"client {clientId}");
        _chain.Check(texts.Length <= EntriesMax, () => $"client {clientId}: {texts.Length} transactions");
        if (texts.Length == 0 || !_acknowledged.TryGetValue(texts[0], out var newest))
        {
            return;
        }

        _snapshot.Check(
            newest.BalanceCents == balanceCents && newest.ClientId == clientId,
            () => $"client {clientId}: balance {balanceCents}, but its newest transaction left {newest.BalanceCents}");
        for (var index = 1; index < texts.Length; index++)
        {
            if (!_acknowledged.TryGetValue(texts[index], out var older)
                || !_acknowledged.TryGetValue(texts[index - 1], out var younger))
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
