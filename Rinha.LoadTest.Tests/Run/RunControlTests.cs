namespace Rinha.LoadTest.Tests.Run;

// Stopping and pausing a run.
public sealed class RunControlTests
{
    private const int Connections = 4;

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(0.6);

    [Theory]
    [InlineData(null)]
    [InlineData(1_000.0)]
    public void Stopping_ends_it_early_with_a_full_report(double? rate)
    {
        using var bank = new StubBank();
        using var run = new RunInBackground(bank.Target, Runs.Timed(60, Connections) with { Rate = rate });
        Wait.Until(() => bank.Served >= 200, "the run is under way");

        run.Control.Stop();
        var report = run.Report;

        Assert.True(report.Interrupted);
        Assert.Empty(report.Failures);
        Assert.Equal((bank.Served, bank.Served), (report.Summary.Requests, report.Latency.Count));
        Assert.InRange(report.Duration, 0.001, 59);
    }

    [Fact]
    public void Stopping_in_the_warm_up_leaves_an_empty_report()
    {
        using var bank = new StubBank();
        using var run = new RunInBackground(
            bank.Target, Runs.Timed(60) with { WarmUp = TimeSpan.FromSeconds(60) });
        Wait.Until(() => bank.Served >= 10, "the warm-up is under way");

        run.Control.Stop();

        Assert.True(run.Report.Interrupted);
        Assert.Equal((0, 0.0), (run.Report.Summary.Requests, run.Report.Summary.Rate));
        Assert.Equal(0, run.Report.Latency.Max);
    }

    [Fact]
    public void Stopping_waits_for_a_hung_server_no_longer_than_the_request_timeout()
    {
        using var server = StubServer.Start(connection => connection.AwaitEnd());
        using var run = new RunInBackground(
            server.Target, Runs.Timed(60, connections: 3) with { RequestTimeout = TimeSpan.FromSeconds(0.5) });
        Wait.Until(() => server.Accepted == 3, "all requests are in flight");

        run.Control.Stop();

        // A late tick ends the drain before it notices the timeouts.
        Assert.Equal(3, run.Report.Failures.Sum(failure => failure.Count));
        Assert.All(run.Report.Failures, failure =>
            Assert.True(failure.Kind is FailureKind.Timeout or FailureKind.Unanswered, $"{failure}"));
        Assert.True(run.Report.Duration >= 0.4);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void A_pause_sends_nothing_and_does_not_shorten_the_warm_up_or_the_run(double warmUp)
    {
        using var bank = new StubBank();
        var watch = Stopwatch.StartNew();
        var options = Runs.Timed(2 - warmUp + 0.1, Connections) with { WarmUp = TimeSpan.FromSeconds(warmUp) };
        using var run = new RunInBackground(bank.Target, options);
        Wait.Until(() => bank.Served > 0, "the run is under way");

        var served = Pause(run, bank);
        Wait.Until(() => run.IsOver, "the run ends");

        Assert.True(bank.Served > served, "the run ended during its pause");
        Assert.Equal(0, run.Report.Summary.Failed);
        Assert.InRange(
            run.Report.Duration + warmUp, 2.1, watch.Elapsed.TotalSeconds - (s_pause.TotalSeconds / 2));
    }

    [Fact]
    public void A_pause_moves_the_schedule_of_an_open_loop()
    {
        using var bank = new StubBank();
        var watch = Stopwatch.StartNew();
        using var run = new RunInBackground(bank.Target, Runs.Counted(400, Connections) with { Rate = 200 });
        Wait.Until(() => bank.Served > 20, "the run is under way");

        Pause(run, bank);

        Assert.Equal((400, 0), (run.Report.Summary.Requests, run.Report.Summary.Failed));
        Assert.True(watch.Elapsed.TotalSeconds >= (399 / 200.0) + (s_pause.TotalSeconds / 2), "it caught up");
    }

    [Fact]
    public void A_run_stopped_during_a_pause_has_no_unsent_requests()
    {
        using var bank = new StubBank();
        using var run = new RunInBackground(bank.Target, Runs.Timed(60, Connections) with { Rate = 200 });
        Wait.Until(() => bank.Served > 20, "the run is under way");

        run.Control.TogglePause();
        Thread.Sleep(s_pause);
        run.Control.Stop();

        Assert.Empty(run.Report.Failures);
        Assert.Equal(bank.Served, run.Report.Summary.Requests);
    }

    // It takes some time to show that nothing happens.
    private static long Pause(RunInBackground run, StubBank bank)
    {
        run.Control.TogglePause();
        Thread.Sleep(s_pause / 6);
        var served = bank.Served;
        Thread.Sleep(s_pause * 5 / 6);
        // Each connection may have had one request in flight.
        var after = bank.Served;
        Assert.InRange(after, served, served + Connections);
        run.Control.TogglePause();
        return after;
    }
}
