using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Check;

/// <summary>
/// Holds the statements of a run against its acknowledged transactions, when the run is over and all are known.
/// </summary>
internal sealed class StatementChecks
{
    private const int EntriesMax = 10;

    private readonly TransactionLog _log;
    private readonly CheckCounter _snapshot = new("a statement's balance is that of its newest transaction");
    private readonly CheckCounter _chain = new("a statement lists consecutive transactions, newest first");
    private readonly CheckCounter _refused = new("no statement lists a refused transaction");

    private StatementChecks(TransactionLog log) => _log = log;

    /// <summary>Makes all checks.</summary>
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
        _refused.Check(!texts.Any(_log.Refused.Contains), () => $"client {clientId}");
        _chain.Check(texts.Length <= EntriesMax, () => $"client {clientId}: {texts.Length} transactions");
        if (texts.Length == 0 || !_log.Acknowledged.TryGetValue(texts[0], out var newest))
        {
            return;
        }

        _snapshot.Check(
            newest.BalanceCents == balanceCents && newest.ClientId == clientId,
            () => $"client {clientId}: balance {balanceCents}, its newest transaction left {newest.BalanceCents}");
        for (var index = 1; index < texts.Length; index++)
        {
            if (!_log.Acknowledged.TryGetValue(texts[index], out var older)
                || !_log.Acknowledged.TryGetValue(texts[index - 1], out var younger))
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
