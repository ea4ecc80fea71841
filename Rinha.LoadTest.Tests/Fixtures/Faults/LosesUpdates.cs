namespace Rinha.LoadTest.Tests.Fixtures.Faults;

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
