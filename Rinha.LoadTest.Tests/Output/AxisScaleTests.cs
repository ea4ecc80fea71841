using Rinha.LoadTest.Output;

namespace Rinha.LoadTest.Tests.Output;

public sealed class AxisScaleTests
{
    [Theory]
    [InlineData(7, "0 2 4 6 8")]
    [InlineData(100, "0 20 40 60 80 100")]
    [InlineData(12_400, "0 5,000 10k 15k")]
    public void A_linear_axis_goes_from_zero_to_a_round_end(double max, string labels)
    {
        var axis = AxisScale.Linear(max, Format.RateTick);
        AssertLabels(labels, axis);
        Assert.Equal((0, 1), (axis.Position(0), axis.Position(axis.High)));
    }

    [Fact]
    public void Latencies_of_many_sizes_get_a_logarithmic_axis()
    {
        Assert.False(AxisScale.Latency([0.001, 0.0042]).IsLogarithmic);
        var axis = AxisScale.Latency([0.000_31, 0.000_9, 1.2]);
        Assert.True(axis.IsLogarithmic);
        AssertLabels("1ms 10ms 100ms 1s", axis);
        Assert.InRange(axis.Position(0.000_31), 0, 0.1);
        Assert.InRange(axis.Position(1.2), 0.9, 1);
    }

    [Fact]
    public void Each_nine_of_a_percentile_takes_the_same_room()
    {
        var axis = AxisScale.Percentile(0.9999);
        Assert.Equal(0.25, axis.Position(0.9), 6);
        Assert.Equal(0.5, axis.Position(0.99), 6);
        Assert.Equal(1, axis.Position(1));
        AssertLabels("50% 90% 99% 99.9% 99.99%", axis);
    }

    [Theory]
    [InlineData(0, "0s 1s")]
    [InlineData(59, "0s 10s 20s 30s 40s 50s")]
    [InlineData(243, "0s 60s 2:00 3:00 4:00")]
    public void Time_has_the_marks_of_a_clock(double seconds, string labels) =>
        AssertLabels(labels, AxisScale.Time(seconds));

    [Fact]
    public void Nothing_to_show_still_makes_an_axis() => Assert.All(
        [AxisScale.Latency([]), AxisScale.Percentile(0), AxisScale.Linear(0, Format.RateTick)],
        axis => Assert.InRange(axis.Position(double.MaxValue), 1, 1));

    private static void AssertLabels(string labels, AxisScale axis) =>
        Assert.Equal(labels, string.Join(' ', axis.Ticks.Select(tick => tick.Label)));
}
