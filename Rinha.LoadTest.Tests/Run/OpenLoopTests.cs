namespace Rinha.LoadTest.Tests.Run;

public sealed class OpenLoopTests
{
    [Theory]
    [InlineData(340, 2, 14)]
    [InlineData(333.3, 1, 2)]
    public void As_many_requests_as_are_due_are_counted(double rate, double seconds, int connections)
    {
        using var bank = new StubBank();

        var report = Runs.Load(bank.Target, Runs.Timed(seconds, connections) with { Rate = rate });

        var due = rate * seconds;
        Assert.InRange(report.Summary.Requests, due - (due / 1000) - 1, due + (due / 1000) + 1);
        Assert.Equal(("open", rate), (report.Mode, report.TargetRate));
        var completed = report.Summary.Completed;
        Assert.Equal((completed, completed), (report.Latency.Count, report.UncorrectedLatency!.Count));
        Assert.Equal(completed, report.SendDelay!.Count);
    }

    [Fact]
    public void A_counted_run_sends_no_request_before_it_is_due()
    {
        const double rate = 200;
        using var bank = new StubBank();
        var began = Stopwatch.GetTimestamp();

        var report = Runs.Load(bank.Target, Runs.Counted(200, connections: 4) with { Rate = rate });

        Assert.Equal((200, 200), (report.Summary.Requests, bank.Served));
        Assert.True(report.Duration >= 199 / rate);
        Assert.All(
            bank.Requests.Select(request => request.At).Order().Select((at, index) => (at, index)),
            one => Assert.True(Stopwatch.GetElapsedTime(began, one.at).TotalSeconds >= one.index / rate));
    }

    [Fact]
    public void Requests_that_wait_for_a_connection_count_from_their_due_time()
    {
        // The bank can serve 50 a second; 200 are due.
        using var bank = new StubBank(beforeAnswer: _ => Thread.Sleep(20));

        var report = Runs.Load(bank.Target, Runs.Timed(1) with { Rate = 200 });

        Assert.Equal(200, report.Summary.Requests);
        var unsent = Assert.Single(report.Failures);
        Assert.Equal(FailureKind.Unanswered, unsent.Kind);
        Assert.InRange(report.Summary.Completed, 1, 52);
        Assert.Equal(200, report.Summary.Completed + unsent.Count);
        // Each request takes 15 ms longer than the interval between requests.
        Assert.True(report.Latency.Max >= 0.02 + ((report.Summary.Completed - 1) * 0.015 * 0.95));
        Assert.True(report.UncorrectedLatency!.P50 >= 0.02 * 0.95);
    }

    [Fact]
    public void Requests_that_the_load_tester_is_late_for_are_still_sent()
    {
        using var bank = new StubBank();
        var answers = 0;

        // Simulates a busy machine that delays the event loop's thread.
        var report = Runs.Load(
            bank.Target,
            Runs.Counted(50, connections: 8) with { Rate = 100 },
            observer: new AnswerObserver(() => Thread.Sleep(++answers == 10 ? 100 : 0)));

        Assert.Empty(report.Failures);
        Assert.Equal(50, report.Summary.Completed);
        Assert.True(report.SendDelay!.Max >= 0.05);
        Assert.True(report.Latency.Max >= 0.05);
    }

    [Fact]
    public void A_stall_counts_fully_in_corrected_latencies_and_once_in_uncorrected_ones()
    {
        const int rate = 200;
        const int before = 50;
        const int requests = 500;
        const double stallSeconds = 2;
        var answered = 0;
        using var bank = new StubBank(beforeAnswer: request =>
        {
            if (answered++ == before)
            {
                Thread.Sleep(TimeSpan.FromSeconds(stallSeconds));
            }
        });

        var report = Runs.Load(
            bank.Target, Runs.Counted(requests) with { Rate = rate, Mix = new Mix(0, 1, 0) });

        // Request i is due at i / rate; the stall starts when request 50 is due, and nothing is answered until it ends.
        var model = Enumerable.Range(0, requests)
            .Select(index => index < before ? 0 : Math.Max(0, stallSeconds - ((index - before) / (double)rate)))
            .Order()
            .ToArray();
        Assert.Equal((model.Length, 0), (report.Latency.Count, report.Summary.Failed));
        // A busy machine only makes latencies longer.
        AssertAtLeast(Percentile(50), report.Latency.P50);
        AssertAtLeast(Percentile(90), report.Latency.P90);
        AssertAtLeast(Percentile(99), report.Latency.P99);
        AssertAtLeast(stallSeconds, report.Latency.Max);
        var uncorrected = report.UncorrectedLatency!;
        AssertAtLeast(stallSeconds, uncorrected.Max);
        // Measured from the actual send time, only one request waited.
        Assert.True(uncorrected.P99 < report.Latency.P99);
        Assert.True(uncorrected.P50 < report.Latency.P50);

        double Percentile(int percentile) => model[(model.Length * percentile / 100) - 1];
        static void AssertAtLeast(double expected, double found) => Assert.True(found >= expected * 0.95);
    }
}
