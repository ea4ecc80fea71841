namespace Rinha.LoadTest.Tests.Stats;

public sealed class LatencyRecorderTests
{
    private const double NanosecondsPerSecond = 1e9;
    private const int ResolutionNs = 512;

    private readonly LatencyRecorder _recorder = new();

    [Theory]
    [InlineData(1_000, 1_000_000)]
    [InlineData(1_000_000, 1_000_000_000)]
    [InlineData(1_000_000_000, 300_000_000_000)]
    public void Percentiles_match_the_sorted_latencies_to_a_thousandth_or_half_a_microsecond(long leastNs, long mostNs)
    {
        var sorted = Record(leastNs, mostNs, count: 100_000);

        var report = _recorder.ToReport();

        Assert.Equal(sorted.Length, report.Count);
        Assert.All(
            new (double Percentile, double Found)[]
            {
                (50, report.P50), (75, report.P75), (90, report.P90), (95, report.P95), (99, report.P99),
                (99.9, report.P999), (99.99, report.P9999), (100, report.Max),
            },
            one => AssertClose(sorted[(int)Math.Ceiling(sorted.Length * one.Percentile / 100) - 1], one.Found));
        Assert.All(report.Distribution, step =>
        {
            var upToNs = Math.Round(step.Seconds * NanosecondsPerSecond);
            Assert.True(sorted.Count(one => one <= upToNs) >= sorted.Length * (step.Share - 1e-9), $"{step}");
        });
        Assert.Equal(1, report.Distribution[^1].Share);
        AssertClose(sorted[0], report.Min);
        AssertClose(sorted.Average(), report.Mean);
        var mean = sorted.Average();
        AssertClose(Math.Sqrt(sorted.Average(one => (one - mean) * (one - mean))), report.StandardDeviation);
    }

    [Theory]
    [InlineData(10_000, 1_000_000)]
    [InlineData(1_000_000, 10_000_000_000)]
    public void Bars_have_round_bounds_and_hold_every_latency_once(long leastNs, long mostNs)
    {
        // Skips latencies so close to a bound that the recorder cannot tell them from it.
        var sorted = Record(leastNs, mostNs, count: 50_000, without: one => Bounds().Any(bound =>
            Math.Abs(one - bound) <= Math.Max(bound / 500, 2 * ResolutionNs)));

        var bars = _recorder.ToReport().Histogram;

        Assert.Equal(sorted.Length, bars.Sum(bar => bar.Count));
        var bounds = bars.Select(bar => (long)Math.Round(bar.UpToSeconds * NanosecondsPerSecond)).ToList();
        Assert.Equal(Bounds().Where(bound => bound >= bounds[0] && bound <= bounds[^1]), bounds);
        Assert.All(bounds.Index(), bar => Assert.Equal(
            sorted.Count(one => one <= bar.Item && (bar.Index == 0 || one > bounds[bar.Index - 1])),
            bars[bar.Index].Count));
        Assert.NotEqual(0, bars[0].Count);
        Assert.NotEqual(0, bars[^1].Count);
    }

    [Fact]
    public void Empty_bars_stay_between_others()
    {
        _recorder.Record(1_500_000);
        _recorder.Record(30_000_000);

        Assert.Equal(
            [
                new(0.002, 1), new(0.005, 0), new(0.01, 0), new(0.02, 0), new(0.05, 1),
            ],
            _recorder.ToReport().Histogram);
    }

    [Theory]
    [InlineData(0, 0.000001)]
    [InlineData(-5, 0.000001)]
    [InlineData(long.MaxValue, 500)]
    public void Impossible_latencies_are_clamped(long latencyNs, double bar)
    {
        _recorder.Record(latencyNs);

        var report = _recorder.ToReport();
        Assert.Equal(1, report.Count);
        Assert.InRange(report.Max, 0, 300.3);
        Assert.Equal([new(bar, 1)], report.Histogram);
    }

    [Fact]
    public void Recorders_can_be_added_and_reset()
    {
        var other = new LatencyRecorder();
        other.Record(3_000_000);
        _recorder.Record(1_000_000);
        _recorder.Add(other);

        Assert.Equal(2, _recorder.Count);
        AssertClose(3_000_000, _recorder.Max());
        AssertClose(1_000_000, _recorder.Percentile(50));

        _recorder.Reset();
        Assert.Equal((0, 0, 0), (_recorder.Count, _recorder.Max(), _recorder.Percentile(99)));
        Assert.Equal(1, other.Count);
    }

    // 1, 2, 5, 10 … microseconds in nanoseconds.
    private static IEnumerable<long> Bounds()
    {
        for (var decade = 1_000L; decade <= 1_000_000_000_000; decade *= 10)
        {
            yield return decade;
            yield return decade * 2;
            yield return decade * 5;
        }
    }

    // Log-uniform.
    private long[] Record(long leastNs, long mostNs, int count, Func<long, bool>? without = null)
    {
        var random = new Random(1);
        var latencies = new List<long>();
        while (latencies.Count < count)
        {
            var latency = (long)(leastNs * Math.Pow((double)mostNs / leastNs, random.NextDouble()));
            if (without?.Invoke(latency) != true)
            {
                latencies.Add(latency);
                _recorder.Record(latency);
            }
        }

        return [.. latencies.Order()];
    }

    private static void AssertClose(double expectedNs, double foundSeconds) => Assert.Equal(
        expectedNs, foundSeconds * NanosecondsPerSecond, Math.Max(expectedNs / 1_000, ResolutionNs));
}
