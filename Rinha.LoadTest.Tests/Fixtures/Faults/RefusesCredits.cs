namespace Rinha.LoadTest.Tests.Fixtures.Faults;

/// <summary>Answers 422 to credits.</summary>
internal sealed class RefusesCredits : StubLedger
{
    protected override StubAnswer Post(StubAccount account, long amountCents, char kind, string text) =>
        kind == 'c' ? new StubAnswer(422) : base.Post(account, amountCents, kind, text);
}
