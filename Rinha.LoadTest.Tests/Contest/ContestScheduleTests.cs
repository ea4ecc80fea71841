using Rinha.LoadTest.Contest;

namespace Rinha.LoadTest.Tests.Contest;

public sealed class ContestScheduleTests
{
    [Fact]
    public void The_official_load_has_61380_users()
    {
        var starts = ContestSchedule.Official.Starts;

        Assert.Equal(61_380, starts.Count);
        Assert.Equal(39_660, starts.Count(start => start.Scenario == Scenario.Debits));
        Assert.Equal(19_860, starts.Count(start => start.Scenario == Scenario.Credits));
        Assert.Equal(1_860, starts.Count(start => start.Scenario == Scenario.Statements));
    }

    [Fact]
    public void Users_start_in_the_order_of_their_times()
    {
        Assert.Equal(
            ContestSchedule.Official.Starts.Select(start => start.OffsetMs).Order(),
            ContestSchedule.Official.Starts.Select(start => start.OffsetMs));
        Assert.Equal(0, ContestSchedule.Official.Starts[0].OffsetMs);
        Assert.Equal(239_995, ContestSchedule.Official.Starts[^1].OffsetMs);
    }

    [Fact]
    public void At_the_peak_340_users_start_each_second()
    {
        var seconds = ContestSchedule.Official.Starts.CountBy(start => start.OffsetMs / 1_000).ToDictionary();

        Assert.Equal(240, seconds.Count);
        Assert.Equal([3, 7, 11, 12, 15, 19], Enumerable.Range(0, 6).Select(second => seconds[second]));
        Assert.All(Enumerable.Range(120, 120), second => Assert.Equal(340, seconds[second]));
    }

    [Fact]
    public void All_three_scenarios_begin_together_at_the_start_of_each_second() => Assert.All(
        Enumerable.Range(0, 240),
        second => Assert.Equal(
            [Scenario.Debits, Scenario.Credits, Scenario.Statements],
            ContestSchedule.Official.Starts
                .Where(start => start.OffsetMs == second * 1_000).Select(start => start.Scenario)));

    [Fact]
    public void The_short_load_reaches_the_same_peak_in_twenty_seconds()
    {
        var seconds = ContestSchedule.Short.Starts.CountBy(start => start.OffsetMs / 1_000).ToDictionary();

        Assert.Equal(Enumerable.Range(0, 20), seconds.Keys);
        Assert.InRange(seconds[19], 325, 340);
        Assert.Equal(ContestSchedule.Short.Starts.Select(start => start.OffsetMs).Order(),
            ContestSchedule.Short.Starts.Select(start => start.OffsetMs));
    }
}
