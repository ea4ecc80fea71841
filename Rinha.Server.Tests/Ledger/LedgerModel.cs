namespace Rinha.Server.Tests.Ledger;

/// <summary>The rules of the bank in a few lines of memory: what the real ledger is compared with.</summary>
internal sealed class LedgerModel
{
    private readonly Dictionary<long, long> _balances = SeedAccounts.LimitsCents.Keys.ToDictionary(id => id, _ => 0L);
    private readonly List<LedgerStep> _accepted = [];

    public PostOutcome Post(LedgerStep step)
    {
        if (!_balances.TryGetValue(step.AccountId, out var balance))
        {
            return new PostOutcome(PostResult.UnknownAccount, 0, 0);
        }

        var limit = SeedAccounts.LimitsCents[step.AccountId];
        var after = (Int128)balance + (step.Kind == TransactionKind.Credit ? step.AmountCents : -step.AmountCents);
        if (after < -limit)
        {
            return new PostOutcome(PostResult.LimitExceeded, 0, 0);
        }

        if (after > long.MaxValue)
        {
            return new PostOutcome(PostResult.BalanceOverflow, 0, 0);
        }

        _balances[step.AccountId] = (long)after;
        _accepted.Add(step);
        return new PostOutcome(PostResult.Accepted, (long)after, limit);
    }

    /// <summary>Fails unless the statement is the one this model would give.</summary>
    public void AssertEqual(long accountId, Statement statement)
    {
        Assert.Equal(_balances[accountId], statement.BalanceCents);
        Assert.Equal(SeedAccounts.LimitsCents[accountId], statement.LimitCents);
        var expected = _accepted.Where(step => step.AccountId == accountId).Reverse().Take(10).ToList();
        Assert.Equal(expected.Select(step => step.Text), statement.Texts());
        for (var index = 0; index < expected.Count; index++)
        {
            Assert.Equal(expected[index].AmountCents, statement.Entries[index].AmountCents);
            Assert.Equal(expected[index].Kind, statement.Entries[index].Kind);
        }
    }
}
