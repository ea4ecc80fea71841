using Rinha.Stack.Processes;

namespace Rinha.LoadTest.Tests.EndToEnd;

// A signal ends the published binary's run early, with a full report.
public sealed class SignalTests
{
    [Theory]
    [InlineData(Signal.Interrupt)]
    [InlineData(Signal.Terminate)]
    public void A_signal_ends_a_load_with_its_report(Signal signal)
    {
        using var bank = new StubBank();
        using var command = LoadTester.Start("load", bank.Url, "-d", "60s", "--quiet", "-o", "json");
        Wait.Until(() => bank.Served > 1_000, "the load is under way");

        command.Send(signal);
        var exit = command.AwaitExit();

        Assert.Equal((0, ""), (exit.Code, exit.Error));
        var report = Reports.Read(exit.Output);
        Assert.True(report.Interrupted);
        Assert.Equal((bank.Served, 0), (report.Summary.Completed, report.Summary.Failed));
        Assert.InRange(report.Duration, 0.001, 59);
    }

    [Fact]
    public void A_signal_ends_the_contest_with_its_score()
    {
        using var bank = new StubBank();
        using var command = LoadTester.Start("contest", bank.Url, "--quiet", "-o", "json");
        // Five statements and a burst of 25 debits; the next statement follows only on the next one-second tick.
        Wait.Until(() => bank.Served >= 30 && bank.Open == 0, "the simulation is under way");

        command.Send(Signal.Interrupt);
        var exit = command.AwaitExit();

        Assert.Equal((0, ""), (exit.Code, exit.Error));
        var report = Reports.Read(exit.Output);
        Assert.True(report.Interrupted);
        Assert.InRange(report.Summary.Completed, 25, bank.Served);
        Assert.NotNull(report.Contest);
    }
}
