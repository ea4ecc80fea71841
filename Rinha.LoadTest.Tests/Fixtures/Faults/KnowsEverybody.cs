namespace Rinha.LoadTest.Tests.Fixtures.Faults;

/// <summary>Answers 200 about a client that does not exist.</summary>
internal sealed class KnowsEverybody : StubLedger
{
    protected override StubAnswer Unknown() => new StubAccount(6, 0).Statement(0, []);
}
