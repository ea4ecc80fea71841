namespace Rinha.LoadTest.Tests.Fixtures.Faults;

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
