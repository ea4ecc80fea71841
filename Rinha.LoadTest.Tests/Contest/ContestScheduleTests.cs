using Rinha.LoadTest.Contest;

namespace Rinha.LoadTest.Tests.Contest;

// The official load's numbers, and Gatling 3.10's injection.
public sealed class ContestScheduleTests
{
    private const int Ramp = 120;

    [Fact]
    public void The_official_load_has_61380_users_in_order_of_their_start_times()
    {
        var starts = ContestSchedule.Official.Starts;

        Assert.Equal(61_380, starts.Count);
        Assert.Equal(39_660, starts.Count(start => start.Scenario == Scenario.Debits));
        Assert.Equal(19_860, starts.Count(start => start.Scenario == Scenario.Credits));
        Assert.Equal(1_860, starts.Count(start => start.Scenario == Scenario.Statements));
        Assert.Equal(starts.Select(start => start.OffsetMs).Order(), starts.Select(start => start.OffsetMs));
        Assert.Equal((0, 239_995), (starts[0].OffsetMs, starts[^1].OffsetMs));
        var seconds = starts.CountBy(start => start.OffsetMs / 1_000).ToDictionary();
        Assert.Equal(240, seconds.Count);
        Assert.Equal([3, 7, 11, 12, 15, 19], Enumerable.Range(0, 6).Select(second => seconds[second]));
        Assert.All(Enumerable.Range(Ramp, 120), second => Assert.Equal(340, seconds[second]));
        Assert.All(seconds.Keys, second => Assert.Equal(
            [Scenario.Debits, Scenario.Credits, Scenario.Statements],
            starts.Where(start => start.OffsetMs == second * 1_000).Select(start => start.Scenario)));
    }

    [Fact]
    public void The_short_load_reaches_the_same_peak_in_twenty_seconds()
    {
        var seconds = ContestSchedule.Short.Starts.CountBy(start => start.OffsetMs / 1_000).ToDictionary();

        Assert.Equal(Enumerable.Range(0, 20), seconds.Keys);
        Assert.InRange(seconds[19], 325, 340);
    }

    [Theory]
    [InlineData(220, 13_260, 26_400, new[] { 1, 4, 6, 7, 9, 11 }, new[] { 0, 4, 9, 13, 18, 22 })]
    [InlineData(110, 6_660, 13_200, new[] { 1, 2, 4, 4, 5, 6 }, new[] { 0, 9, 18, 27, 36, 45 })]
    [InlineData(10, 660, 1_200, new[] { 1, 1, 1, 1, 1, 2 }, new[] { 0, 100, 200, 300, 400, 500 })]
    public void Ramp_and_hold_match_the_official_ones_to_the_user_and_the_millisecond(
        int rate, int rampUsers, int holdUsers, int[] firstSeconds, int[] lastSecondMs)
    {
        var profile = new InjectionProfile(1, rate, Ramp, Ramp);
        var users = profile.UsersPerSecond().ToList();
        var starts = profile.StartsMs().ToList();

        Assert.Equal(2 * Ramp, users.Count);
        Assert.Equal(firstSeconds, users.Take(6));
        Assert.Equal((rampUsers, holdUsers), (users.Take(Ramp).Sum(), users.Skip(Ramp).Sum()));
        Assert.All(users.Skip(Ramp), count => Assert.Equal(rate, count));
        Assert.Equal(starts.Order(), starts);
        Assert.Equal(users, starts.GroupBy(start => start / 1_000).Select(second => second.Count()));
        Assert.Equal(lastSecondMs, starts.Where(start => start >= 239_000).Take(6).Select(start => start - 239_000));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(217)]
    [InlineData(220)]
    [InlineData(1_000)]
    public void The_users_due_after_each_millisecond_match_the_formula(int rate)
    {
        var starts = new InjectionProfile(rate, rate, RampSeconds: 0, HoldSeconds: 1).StartsMs().ToList();

        // ceil(n / 1000 * (i + 1)) in integers.
        Assert.All(Enumerable.Range(0, 1_000), millisecond => Assert.Equal(
            ((rate * (millisecond + 1)) + 999) / 1_000, starts.Count(start => start <= millisecond)));
    }
}
