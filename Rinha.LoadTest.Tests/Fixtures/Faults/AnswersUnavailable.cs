namespace Rinha.LoadTest.Tests.Fixtures.Faults;

/// <summary>Answers so many credits with 503, one of every so many.</summary>
/// <param name="interval">How many credits from one to the next.</param>
/// <param name="most">How many at most.</param>
/// <param name="applies">Whether the credit is applied all the same.</param>
internal sealed class AnswersUnavailable(int interval, int most, bool applies) : StubLedger
{
    private int _credits;

    public int Unavailable { get; private set; }

    public override StubAnswer Answer(StubRequest request)
    {
        var isCredit = request.Body.Contains("\"c\"", StringComparison.Ordinal);
        if (!isCredit || ++_credits % interval != 0 || Unavailable == most)
        {
            return base.Answer(request);
        }

        Unavailable++;
        if (applies)
        {
            base.Answer(request);
        }

        return new StubAnswer(503);
    }
}
