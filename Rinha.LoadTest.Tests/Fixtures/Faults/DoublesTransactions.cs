namespace Rinha.LoadTest.Tests.Fixtures.Faults;

/// <summary>Applies every so many credits twice, and says so in no answer.</summary>
internal sealed class DoublesTransactions(int interval) : StubLedger
{
    private int _credits;

    protected override StubAnswer Post(StubAccount account, long amountCents, char kind, string text)
    {
        var answer = base.Post(account, amountCents, kind, text);
        if (kind == 'c' && ++_credits % interval == 0)
        {
            base.Post(account, amountCents, kind, text);
        }

        return answer;
    }
}
