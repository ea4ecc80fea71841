namespace Rinha.LoadTest.Tests.Fixtures.Faults;

/// <summary>Every so many statements, reads the balance before and the list after another transaction.</summary>
internal sealed class TearsStatements(int interval) : StubLedger
{
    private readonly Dictionary<int, long> _before = [];
    private int _statements;

    protected override StubAnswer Post(StubAccount account, long amountCents, char kind, string text)
    {
        _before[account.Id] = account.BalanceCents;
        return base.Post(account, amountCents, kind, text);
    }

    protected override StubAnswer Statement(StubAccount account) =>
        ++_statements % interval == 0 && _before.TryGetValue(account.Id, out var before)
            ? account.Statement(before, account.Newest)
            : base.Statement(account);
}
