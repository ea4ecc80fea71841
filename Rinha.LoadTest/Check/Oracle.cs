using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Check;

// Compares a run's answers with the bank's final state: balances through the API, rows in the ledger. Pure functions
// over finished logs.
internal static class Oracle
{
    // Above this many unknown transactions only the bounds of their sum are checked, not each subset.
    private const int UnknownMax = 20;

    // Through the API: every balance, client 1's first, moved by exactly the acknowledged sum.
    public static CheckResult Balances(TransactionLog log, IReadOnlyList<long> before, IReadOnlyList<long> after)
    {
        var counter = new CheckCounter("balance = balance before + acknowledged transactions");
        var acknowledged = new long[before.Count + 1];
        var unknown = new List<long>[before.Count + 1];
        foreach (var request in log.Requests.Where(request => request.ClientId <= before.Count))
        {
            if (request.Outcome == Outcome.Acknowledged)
            {
                acknowledged[request.ClientId] += request.SignedCents;
            }
            else if (request.Outcome == Outcome.Unknown)
            {
                (unknown[request.ClientId] ??= []).Add(request.SignedCents);
            }
        }

        for (var index = 0; index < before.Count; index++)
        {
            var client = index + 1;
            var moved = after[index] - before[index];
            counter.Check(
                IsReachable(moved - acknowledged[client], unknown[client] ?? []),
                () => $"client {client}: moved by {moved}, acknowledged {acknowledged[client]}");
        }

        return counter.ToResult();
    }

    // In the ledger. isComplete: whether the logs have every transaction that was ever sent to it. isTimed: whether
    // nothing that was acknowledged has been taken back since (by a reset, or a power loss), so that the times hold.
    public static IReadOnlyList<CheckResult> Rows(
        IReadOnlyList<TransactionLog> logs, LedgerRows ledger, bool isComplete, bool isTimed = true)
    {
        var history = new History(logs, ledger);
        return
        [
            .. history.CompareRows(isComplete),
            .. Clients(ledger),
            .. new HistoryCheck(history, isComplete).Run(isTimed),
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
                client.IsInSequence && client.BalanceCents == client.SumCents,
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
