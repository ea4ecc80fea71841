namespace Rinha.LoadTest.Tests.Run;

public sealed class FindMaxTests
{
    private const double Capacity = 800;

    [Fact]
    public void It_finds_what_a_server_can_carry()
    {
        using var bank = new StubBank();
        var any = Runs.Load(bank.Target, Runs.Counted(1));
        // Carries what it can at once, and lets what is more wait.
        RunReport Carry(LoadOptions options) => any with
        {
            TargetRate = options.Rate,
            Summary = any.Summary with { Rate = Math.Min(options.Rate!.Value, Capacity) },
            Latency = any.Latency with { P90 = options.Rate <= Capacity ? 0.001 : 1 },
        };

        var report = new FindMaxSession(Carry, new(), Objective("p90=50ms")).Run(Runs.Timed(1));

        var found = report.FindMax!;
        Assert.Equal("p90=50ms", found.Objective);
        Assert.InRange(found.Rate, Capacity * 0.97, Capacity);
        AssertSteps(found);
        Assert.Equal(found.Steps[^1].Rate, report.TargetRate);
        Assert.True(found.Steps[^1] is { Confirmation: true, Met: true });
        Assert.Equal(found.Rate, found.Steps[^1].Rate);
        Assert.All(found.Steps, step => Assert.Equal(step.Rate <= Capacity, step.Met));
    }

    [Fact]
    public void It_finds_nothing_where_no_rate_will_do()
    {
        using var bank = new StubBank(beforeAnswer: _ => Thread.Sleep(20));

        var report = Search(bank, "p50=10ms", Runs.Timed(0.2, connections: 8));

        Assert.Equal(0, report.FindMax!.Rate);
        Assert.Equal([(500, false), (1, true)], report.FindMax.Steps.Select(step => (step.Rate, step.Confirmation)));
        Assert.All(report.FindMax.Steps, step => Assert.False(step.Met));
    }

    [Fact]
    public void A_rate_with_failures_is_not_met_however_fast_they_are()
    {
        using var bank = new StubBank(new FailingLedger());

        var report = Search(bank, "max=10s", Runs.Timed(0.2, connections: 8));

        Assert.Equal(0, report.FindMax!.Rate);
        Assert.All(report.FindMax.Steps, step => Assert.True(step.Failed > 0));
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

    // The steps double until one fails, then stay within the gap and halve it; the last ones confirm.
    private static void AssertSteps(FindMaxReport found)
    {
        var doublings = found.Steps.TakeWhile(step => step.Met).Count() + 1;
        Assert.Equal(
            Enumerable.Range(0, doublings).Select(step => 500 * Math.Pow(2, step)),
            found.Steps.Take(doublings).Select(step => step.Rate));
        var (good, bad) = (found.Steps[doublings - 2].Rate, found.Steps[doublings - 1].Rate);
        var rest = found.Steps.Skip(doublings).ToList();
        foreach (var step in rest.TakeWhile(step => !step.Confirmation))
        {
            Assert.Equal(Math.Round((good + bad) / 2), step.Rate);
            (good, bad) = step.Met ? (step.Rate, bad) : (good, step.Rate);
        }

        Assert.InRange(bad - good, 0, good * 0.03);
        var confirmations = rest.SkipWhile(step => !step.Confirmation).ToList();
        Assert.Equal(good, confirmations[0].Rate);
        Assert.All(confirmations, step => Assert.True(step.Confirmation));
        Assert.Single(confirmations, step => step.Met);
    }

    private static RunReport Search(StubBank bank, string objective, LoadOptions options) =>
        new FindMaxSession(one => Runs.Load(bank.Target, one), new(), Objective(objective)).Run(options);

    private static Objective Objective(string text)
    {
        Assert.True(Rinha.LoadTest.Run.Objective.TryParse(text, out var objective));
        return objective;
    }

    private sealed class FailingLedger : StubLedger
    {
        protected override StubAccount? Find(int clientId) => null;

        protected override StubAnswer Unknown() => new(503);
    }
}
