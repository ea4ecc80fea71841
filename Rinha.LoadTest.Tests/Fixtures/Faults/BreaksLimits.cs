namespace Rinha.LoadTest.Tests.Fixtures.Faults;

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
