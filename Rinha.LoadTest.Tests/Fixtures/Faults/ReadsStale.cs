namespace Rinha.LoadTest.Tests.Fixtures.Faults;

/// <summary>The first statement after a transaction still shows the state before it, as a cache would.</summary>
internal sealed class ReadsStale : StubLedger
{
    private readonly Dictionary<int, StubAnswer> _cached = [];

    protected override StubAnswer Post(StubAccount account, long amountCents, char kind, string text)
    {
        _cached[account.Id] = base.Statement(account);
        return base.Post(account, amountCents, kind, text);
    }

    protected override StubAnswer Statement(StubAccount account) =>
        _cached.Remove(account.Id, out var stale) ? stale : base.Statement(account);
}
