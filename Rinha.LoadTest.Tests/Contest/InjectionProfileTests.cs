using Rinha.LoadTest.Contest;

namespace Rinha.LoadTest.Tests.Contest;

/// <summary>The numbers of Gatling 3.10's own injection.</summary>
public sealed class InjectionProfileTests
{
    private const int Ramp = 120;

    [Theory]
    [InlineData(220, 13_260, 26_400)]
    [InlineData(110, 6_660, 13_200)]
    [InlineData(10, 660, 1_200)]
    public void Ramp_and_hold_have_the_official_totals(int rate, int rampUsers, int holdUsers)
    {
        var users = Official(rate).UsersPerSecond().ToList();

        Assert.Equal(2 * Ramp, users.Count);
        Assert.Equal(rampUsers, users.Take(Ramp).Sum());
        Assert.Equal(holdUsers, users.Skip(Ramp).Sum());
        Assert.All(users.Skip(Ramp), count => Assert.Equal(rate, count));
    }

    [Fact]
    public void The_ramp_begins_and_ends_as_officially()
    {
        Assert.Equal([1, 4, 6, 7, 9, 11], First(220, 6));
        Assert.Equal([1, 2, 4, 4, 5, 6], First(110, 6));
        Assert.Equal([1, 1, 1, 1, 1, 2], First(10, 6));
        Assert.Equal([215, 217, 220], First(220, Ramp).TakeLast(3));
    }

    [Fact]
    public void Within_a_second_users_start_at_the_official_milliseconds()
    {
        Assert.Equal([0, 4, 9, 13, 18, 22, 27, 31], LastSecond(220).Take(8));
        Assert.Equal([0, 9, 18, 27, 36, 45, 54, 63], LastSecond(110).Take(8));
        Assert.Equal([0, 100, 200, 300, 400, 500, 600, 700, 800, 900], LastSecond(10));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(10)]
    [InlineData(110)]
    [InlineData(217)]
    [InlineData(220)]
    [InlineData(999)]
    [InlineData(1_000)]
    public void So_many_users_are_due_after_each_millisecond_as_the_formula_says(int rate)
    {
        var starts = new InjectionProfile(rate, rate, RampSeconds: 0, HoldSeconds: 1).StartsMs().ToList();

        Assert.Equal(rate, starts.Count);
        for (var millisecond = 0; millisecond < 1_000; millisecond++)
        {
            // ceil(n / 1000 * (i + 1)), in whole numbers.
            var due = ((rate * (millisecond + 1)) + 999) / 1_000;
            Assert.Equal(due, starts.Count(start => start <= millisecond));
        }
    }

    [Fact]
    public void Starts_lie_in_their_seconds_in_order()
    {
        var profile = Official(220);
        var starts = profile.StartsMs().ToList();

        Assert.Equal(starts.Order(), starts);
        Assert.Equal(
            profile.UsersPerSecond(),
            starts.GroupBy(start => start / 1_000).OrderBy(second => second.Key).Select(second => second.Count()));
    }

    private static InjectionProfile Official(int rate) => new(1, rate, Ramp, Ramp);

    private static List<int> First(int rate, int seconds) => [.. Official(rate).UsersPerSecond().Take(seconds)];

    private static IEnumerable<int> LastSecond(int rate) =>
        Official(rate).StartsMs().Where(start => start >= 239_000).Select(start => start - 239_000);
}
