namespace Rinha.LoadTest.Tests.Fixtures.Faults;

/// <summary>Answers 200 to transactions that are none.</summary>
internal sealed class AcceptsAnything : StubLedger
{
    protected override StubAnswer Invalid() => Accounts[0].Receipt(0);
}
