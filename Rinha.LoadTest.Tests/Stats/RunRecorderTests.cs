namespace Rinha.LoadTest.Tests.Stats;

public sealed class RunRecorderTests
{
    private const long Second = 1_000_000_000;
    private const long Ms = 1_000_000;
    private const long StartNs = 5 * Second;

    private readonly RunRecorder _recorder = New();

    public RunRecorderTests() => _recorder.Start(StartNs);

    [Fact]
    public void Requests_are_counted_by_operation_and_status()
    {
        Complete(0, atMs: 10, status: 200);
        Complete(0, atMs: 20, status: 422);
        Complete(1, atMs: 30, status: 200);
        _recorder.CountStatus(1, 503);
        Fail(1, FailureKind.UnexpectedStatus, atMs: 40);
        Fail(1, FailureKind.Timeout, atMs: 50);

        var summary = Report(_recorder, seconds: 2).Summary;
        Assert.Equal((5, 3, 2), (summary.Requests, summary.Completed, summary.Failed));
        Assert.Equal((1.5, 0.6), (summary.Rate, summary.SuccessShare));
        Assert.Equal([(200, 2L), (422, 1L), (503, 1L)], summary.Statuses.Select(one => (one.Key, one.Value)));
        var operations = _recorder.ToOperations(2);
        Assert.Equal([(2L, 0L, 1.0), (1L, 2L, 0.5)],
            operations.Select(operation => (operation.Completed, operation.Failed, operation.Rate)));
        Assert.Equal([(200, 1L), (503, 1L)], operations[1].Statuses.Select(one => (one.Key, one.Value)).Order());
    }

    [Fact]
    public void Latencies_count_from_the_intended_time_and_separately_from_the_actual_one()
    {
        _recorder.Complete(0, 200, StartNs, StartNs + (900 * Ms), StartNs + (1_000 * Ms));
        _recorder.Complete(1, 200, StartNs, StartNs + (1_500 * Ms), StartNs + (1_600 * Ms));

        Assert.Equal(1.6, _recorder.TotalLatency().Max, precision: 2);
        Assert.Equal(0.1, Report(_recorder, seconds: 2).UncorrectedLatency!.Max, precision: 3);
        var operation = _recorder.ToOperations(1)[0];
        Assert.Equal(1.0, operation.Latency.Max, precision: 2);
        Assert.Equal(0.1, operation.UncorrectedLatency!.Max, precision: 3);
    }

    [Fact]
    public void The_series_includes_idle_seconds()
    {
        Complete(0, atMs: 0);
        Complete(0, atMs: 999);
        Fail(1, FailureKind.Timeout, atMs: 999);
        Complete(1, atMs: 1_000);
        Fail(1, FailureKind.Timeout, atMs: 4_500);
        Assert.Equal(4, _recorder.Series.Count);

        _recorder.Advance(StartNs + (6 * Second));

        Assert.Equal(
            [(0, 2L, 1L), (1, 1L, 0L), (2, 0L, 0L), (3, 0L, 0L), (4, 0L, 1L), (5, 0L, 0L)],
            _recorder.Series.Select(second => (second.Second, second.Completed, second.Failed)));
    }

    [Fact]
    public void Each_second_has_its_own_latencies()
    {
        for (var index = 1; index <= 100; index++)
        {
            _recorder.Complete(0, 200, StartNs, StartNs, StartNs + (index * Ms));
        }

        _recorder.Complete(1, 200, StartNs + (1_000 * Ms), StartNs + (1_000 * Ms), StartNs + (1_007 * Ms));
        _recorder.Advance(StartNs + (3 * Second));

        AssertClose([0.05, 0.09, 0.099, 0.1], _recorder.Series[0]);
        AssertClose([0.007, 0.007, 0.007, 0.007], _recorder.Series[1]);
        AssertClose([0, 0, 0, 0], _recorder.Series[2]);

        static void AssertClose(double[] expected, SecondReport second) => Assert.All(
            expected.Zip([second.P50, second.P90, second.P99, second.Max]),
            one => Assert.InRange(one.Second, one.First * 0.999, one.First * 1.001));
    }

    [Fact]
    public void Failures_are_grouped_by_kind_most_frequent_first_with_the_first_example()
    {
        var asked = 0;
        Fail(0, FailureKind.Garbage, atMs: 1, () => "first");
        for (var index = 0; index < 3; index++)
        {
            Fail(0, FailureKind.Timeout, atMs: 2, () => $"{++asked}");
        }

        Assert.Equal(
            [new FailureReport(FailureKind.Timeout, 3, "1"), new FailureReport(FailureKind.Garbage, 1, "first")],
            _recorder.Failures());
        Assert.Equal(1, asked);
    }

    [Fact]
    public void A_copy_is_equal_and_independent()
    {
        var copy = New();
        Complete(0, atMs: 100, status: 422);
        Fail(1, FailureKind.Timeout, atMs: 1_100);
        _recorder.CopyTo(copy);
        AssertSame(_recorder, copy);

        Complete(1, atMs: 2_200);
        Fail(1, FailureKind.Timeout, atMs: 3_300);
        Fail(0, FailureKind.Garbage, atMs: 4_400);
        Assert.Equal((1, 1, 1), (copy.Completed, copy.Failed, copy.Series.Count));
        Assert.Equal(1, Assert.Single(copy.Failures()).Count);
        Assert.Equal(1, copy.TotalLatency().Count);

        _recorder.CopyTo(copy);
        AssertSame(_recorder, copy);
        _recorder.CopyTo(copy);
        AssertSame(_recorder, copy);
    }

    private static RunRecorder New() => new(["a", "b"], correcting: true, scheduled: true);

    private static void AssertSame(RunRecorder expected, RunRecorder found)
    {
        Assert.Equal(expected.StartedAtNs, found.StartedAtNs);
        Assert.Equal(expected.Series, found.Series);
        Assert.Equivalent(
            Report(expected, seconds: 1) with { SendDelay = null },
            Report(found, seconds: 1) with { SendDelay = null },
            strict: true);
    }

    private static RunReport Report(RunRecorder recorder, double seconds) => recorder.ToReport(
        Runs.Environment, DateTimeOffset.UnixEpoch, recorder.StartedAtNs + (long)(seconds * Second));

    private void Complete(int operation, long atMs, int status = 200) => _recorder.Complete(
        operation, status, StartNs + (atMs * Ms) - Ms, StartNs + (atMs * Ms) - Ms, StartNs + (atMs * Ms));

    private void Fail(int operation, FailureKind kind, long atMs, Func<string>? example = null) =>
        _recorder.Fail(operation, kind, StartNs + (atMs * Ms), example ?? (() => "example"));
}
