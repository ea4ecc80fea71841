using Rinha.LoadTest.Collect;
using Rinha.LoadTest.Tests.Tui;

namespace Rinha.LoadTest.Tests.Collect;

public sealed class RunProgressTests
{
    [Theory]
    [InlineData(0, "0:00")]
    [InlineData(59.4, "0:59")]
    [InlineData(59.6, "1:00")]
    [InlineData(3599, "59:59")]
    [InlineData(3600, "1:00:00")]
    [InlineData(90_061, "25:01:01")]
    [InlineData(-1, "0:00")]
    [InlineData(double.NaN, "0:00")]
    public void A_clock_has_hours_where_it_needs_them(double seconds, string clock) =>
        Assert.Equal(clock, RunProgress.Clock(seconds));

    [Fact]
    public void A_timed_run_counts_down()
    {
        var run = SampleSnapshots.Running with { Elapsed = 15 };
        Assert.Equal(0.25, RunProgress.Share(run));
        Assert.Equal(45, RunProgress.SecondsLeft(run));
    }

    [Fact]
    public void A_timed_run_that_takes_longer_is_at_its_end()
    {
        var run = SampleSnapshots.Running with { Elapsed = 61 };
        Assert.Equal(1, RunProgress.Share(run));
        Assert.Equal(0, RunProgress.SecondsLeft(run));
    }

    [Fact]
    public void A_counted_run_guesses_its_end_from_its_pace()
    {
        var run = SampleSnapshots.Contest with { Elapsed = 10, Completed = 95, Failed = 5, Iterations = 400 };
        Assert.Equal(0.25, RunProgress.Share(run));
        Assert.Equal(30, RunProgress.SecondsLeft(run));
        Assert.Null(RunProgress.SecondsLeft(run with { Completed = 0, Failed = 0 }));
    }

    [Fact]
    public void A_run_without_an_end_has_no_progress()
    {
        var run = SampleSnapshots.Running with { Duration = null };
        Assert.Null(RunProgress.Share(run));
        Assert.Null(RunProgress.SecondsLeft(run));
    }
}
