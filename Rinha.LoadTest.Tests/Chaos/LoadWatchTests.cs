using Rinha.Chaos.Load;

namespace Rinha.LoadTest.Tests.Chaos;

// The campaigns' input: gaps between acknowledgements, and failures.
public sealed class LoadWatchTests
{
    private const long Ms = 1_000_000;

    private readonly LoadWatch _watch = new(new TransactionLog());

    [Fact]
    public void A_gap_is_the_longest_time_between_two_acknowledged_transactions()
    {
        Answer(Operation.Credit, 200, 10);
        Answer(Operation.Debit, 200, 20);
        Answer(Operation.Debit, 422, 40); // Neither a refusal nor a statement counts.
        Answer(Operation.Statement, 200, 45);
        Answer(Operation.Credit, 200, 60);

        Assert.Equal(TimeSpan.FromMilliseconds(40), Gap(10, 62));
        Assert.Equal(3, _watch.Acknowledged);
        // A gap is clipped to the interval.
        Assert.Equal(TimeSpan.FromMilliseconds(20), Gap(30, 50));
        Assert.Equal(TimeSpan.FromMilliseconds(50), Gap(30, 110));
    }

    [Fact]
    public void Failures_are_counted_by_request_and_kind()
    {
        _watch.OnFailure(Plan(Operation.Credit), FailureKind.ClosedBeforeAnswer, answer: default);
        _watch.OnFailure(Plan(Operation.Debit), FailureKind.UnexpectedStatus, new StubAnswer(503).ToAnswer());
        _watch.OnFailure(Plan(Operation.Statement), FailureKind.ClosedBeforeAnswer, answer: default);

        Assert.Equal((2, 1), (_watch.FailedPosts, _watch.FailedGets));
        Assert.Equal(2, _watch.CountOf(FailureKind.ClosedBeforeAnswer));
        Assert.Equal((2, 3), (_watch.CountOfOthers(503), _watch.CountOfOthers(500)));
        Assert.Equal("1 POST ClosedBeforeAnswer, 1 POST 503, 1 GET ClosedBeforeAnswer", _watch.Failures);
    }

    private static RequestPlan Plan(Operation operation) => new(operation, 1, 1, 1);

    private void Answer(Operation operation, int status, long atMs) =>
        _watch.OnAnswer(Plan(operation), new Answer(status, """{"limite":1,"saldo":1}"""u8, atMs * Ms));

    private TimeSpan Gap(long fromMs, long toMs)
    {
        // It saw no stall, since those times are long past.
        using var stalls = new StallDetector();
        return _watch.LongestGap(fromMs * Ms, toMs * Ms, stalls);
    }
}
