namespace Rinha.LoadTest.Tests.Fixtures.Faults;

/// <summary>Lists a statement's transactions in the wrong order.</summary>
internal sealed class ListsOldestFirst : StubLedger
{
    protected override StubAnswer Statement(StubAccount account) =>
        account.Statement(account.BalanceCents, account.Newest.Reverse());
}
