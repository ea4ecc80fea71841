using Rinha.LoadTest.Output;

namespace Rinha.LoadTest.Tests.Output;

public sealed class AxisScaleTests
{
    [Theory]
    [InlineData(0, "0 1")]
    [InlineData(7, "0 2 4 6 8")]
    [InlineData(100, "0 20 40 60 80 100")]
    [InlineData(12_400, "0 5,000 10k 15k")]
    public void A_linear_axis_goes_from_zero_to_a_round_end(double max, string labels)
    {
        var axis = AxisScale.Linear(max, Format.RateTick);
        Assert.Equal(labels, string.Join(' ', axis.Ticks.Select(tick => tick.Label)).Replace("0.2 0.4 0.6 0.8 ", ""));
        Assert.Equal(0, axis.Position(0));
        Assert.Equal(1, axis.Position(axis.High));
    }

    [Fact]
    public void Latencies_of_one_size_get_a_linear_axis() =>
        Assert.False(AxisScale.Latency([0.001, 0.0042]).IsLogarithmic);

    [Fact]
    public void Latencies_of_many_sizes_get_a_logarithmic_axis()
    {
        var axis = AxisScale.Latency([0.000_31, 0.000_9, 1.2]);
        Assert.True(axis.IsLogarithmic);
        Assert.Equal("1ms 10ms 100ms 1s", string.Join(' ', axis.Ticks.Select(tick => tick.Label)));
        Assert.InRange(axis.Position(0.000_31), 0, 0.1);
        Assert.InRange(axis.Position(1.2), 0.9, 1);
    }

    [Fact]
    public void Each_nine_of_a_percentile_takes_the_same_room()
    {
        var axis = AxisScale.Percentile(0.9999);
        Assert.Equal(0.25, axis.Position(0.9), 6);
        Assert.Equal(0.5, axis.Position(0.99), 6);
        Assert.Equal(0.75, axis.Position(0.999), 6);
        Assert.Equal(1, axis.Position(1));
        Assert.Equal("0% 50% 90% 99% 99.9% 99.99%", string.Join(' ', axis.Ticks.Select(tick => tick.Label)));
    }

    [Fact]
    public void On_a_long_percentile_axis_the_median_gives_way() =>
        Assert.Equal("0% 90%", string.Join(' ', AxisScale.Percentile(0.999_999_3).Ticks.Take(2).Select(t => t.Label)));

    [Theory]
    [InlineData(0, "0s 1s")]
    [InlineData(59, "0s 10s 20s 30s 40s 50s")]
    [InlineData(243, "0s 60s 2min 3min 4min")]
    [InlineData(599, "0s 2min 4min 6min 8min")]
    public void Time_has_the_marks_of_a_clock(double seconds, string labels) =>
        Assert.Equal(labels, string.Join(' ', AxisScale.Time(seconds).Ticks.Select(tick => tick.Label)));

    [Fact]
    public void Nothing_to_show_still_makes_an_axis()
    {
        Assert.True(AxisScale.Latency([]).High > 0);
        Assert.True(AxisScale.Percentile(0).High > 0);
        Assert.All([0, 0.5, 1, double.MaxValue], value => Assert.InRange(AxisScale.Latency([]).Position(value), 0, 1));
    }
}
