namespace Rinha.LoadTest.Tests.Fixtures.Faults;

/// <summary>Answers everything with 503 until it is told to be a right bank.</summary>
internal sealed class AnswersUnavailableUntil : StubLedger
{
    private volatile bool _isRight;

    public int Unavailable { get; private set; }

    public void BeRight() => _isRight = true;

    public override StubAnswer Answer(StubRequest request)
    {
        if (_isRight)
        {
            return base.Answer(request);
        }

        Unavailable++;
        return new StubAnswer(503);
    }
}
