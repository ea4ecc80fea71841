namespace Rinha.LoadTest.Tests.Run;

public sealed class FindMaxTests
{
    private const double Capacity = 800;

    [Theory]
    [InlineData("p90=50ms", Capacity)]
    [InlineData("p90=500us", 0)] // No rate meets this.
    public void It_finds_a_servers_capacity(string objective, double capacity)
    {
        var report = Search(objective, (any, rate) => any with
        {
            TargetRate = rate,
            Summary = any.Summary with { Rate = Math.Min(rate, Capacity) },
            Latency = any.Latency with { P90 = rate <= Capacity ? 0.001 : 1 },
        });

        var found = report.FindMax!;
        Assert.Equal(objective, found.Objective);
        Assert.InRange(found.Rate, capacity * 0.97, capacity);
        Assert.All(found.Steps, step => Assert.Equal(step.Rate <= capacity, step.Met));
        Assert.Equal(found.Steps[^1].Rate, report.TargetRate);
        if (capacity == 0)
        {
            Assert.Equal([(500, false), (1, true)], found.Steps.Select(step => (step.Rate, step.Confirmation)));
            return;
        }

        // 500 meets it and 1,000 does not; then it bisects, and confirms the best.
        Assert.Equal([500, 1_000, 750, 875, 812, 781, 796], found.Steps.SkipLast(1).Select(step => step.Rate));
        Assert.All(found.Steps.SkipLast(1), step => Assert.False(step.Confirmation));
        Assert.True(found.Steps[^1] is { Confirmation: true, Met: true });
        Assert.Equal(found.Rate, found.Steps[^1].Rate);
    }

    [Fact]
    public void A_best_rate_that_fails_its_confirmation_is_lowered_until_one_passes()
    {
        var reads = 0;
        var report = Search("p90=50ms", (any, rate) => any with
        {
            Summary = any.Summary with { Rate = rate },
            Latency = any.Latency with { P90 = rate <= Capacity && !(rate > 700 && ++reads > 3) ? 0.001 : 1 },
        });

        Assert.Equal([796, 756, 718, 682], report.FindMax!.Steps.TakeLast(4).Select(step => step.Rate));
        Assert.Equal(682, report.FindMax.Rate);
    }

    [Fact]
    public void A_rate_with_failures_is_missed_however_low_the_latency()
    {
        var report = Search("max=10s", (any, rate) => any with
        {
            Summary = any.Summary with { Rate = rate, Failed = 1 },
        });

        Assert.Equal(0, report.FindMax!.Rate);
        Assert.All(report.FindMax.Steps, step => Assert.True(step is { Failed: 1, Met: false }));
    }

    [Fact]
    public void Stopping_ends_the_search()
    {
        using var bank = new StubBank();
        using var run = new RunInBackground(control =>
            new FindMaxSession(options => Runs.Load(bank.Target, options, control), control, Objective("max=10s"))
                .Run(Runs.Timed(60, connections: 8)));
        Wait.Until(() => bank.Served > 100, "the search is under way");

        run.Control.Stop();

        Assert.InRange(run.Report.FindMax!.Steps.Count, 1, 3);
        Assert.True(run.Report.Interrupted);
    }

    // Runs a search against synthetic reports.
    private static RunReport Search(string objective, Func<RunReport, double, RunReport> reportAt)
    {
        using var bank = new StubBank();
        var any = Runs.Load(bank.Target, Runs.Counted(1));
        return new FindMaxSession(options => reportAt(any, options.Rate!.Value), new(), Objective(objective))
            .Run(Runs.Timed(1));
    }

    private static Objective Objective(string text)
    {
        Assert.True(Rinha.LoadTest.Run.Objective.TryParse(text, out var objective));
        return objective;
    }
}
