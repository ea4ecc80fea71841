using HdrHistogram;

namespace Rinha.LoadTest.Stats;

// Latencies in fixed memory, each kept to three significant digits (HdrHistogram).
internal sealed class LatencyRecorder
{
    private const long LowestNs = 1;
    private const long HighestNs = 300_000_000_000;
    private const long FirstBoundNs = 1_000;
    private const int Digits = 3;
    private const double NanosecondsPerSecond = 1e9;
    private const int DistributionTicksPerHalf = 5;

    private readonly LongHistogram _histogram = new(LowestNs, HighestNs, Digits);

    public long Count => _histogram.TotalCount;

    public void Record(long latencyNs) => _histogram.RecordValue(Math.Clamp(latencyNs, 0, HighestNs));

    public void Reset() => _histogram.Reset();

    public void Add(LatencyRecorder other) => _histogram.Add(other._histogram);

    // A percentile (0 to 100) in seconds; 0 when nothing was recorded.
    public double Percentile(double percentile) =>
        Count == 0 ? 0 : _histogram.GetValueAtPercentile(percentile) / NanosecondsPerSecond;

    public double Max() => Count == 0 ? 0 : _histogram.GetMaxValue() / NanosecondsPerSecond;

    public LatencyReport ToReport() => new()
    {
        Count = Count,
        Mean = Count == 0 ? 0 : _histogram.GetMean() / NanosecondsPerSecond,
        StandardDeviation = Count == 0 ? 0 : _histogram.GetStdDeviation() / NanosecondsPerSecond,
        Min = Count == 0 ? 0 : _histogram.RecordedValues().First().ValueIteratedTo / NanosecondsPerSecond,
        P50 = Percentile(50),
        P75 = Percentile(75),
        P90 = Percentile(90),
        P95 = Percentile(95),
        P99 = Percentile(99),
        P999 = Percentile(99.9),
        P9999 = Percentile(99.99),
        Max = Max(),
        Distribution = Distribution(),
        Histogram = Bars(),
    };

    private List<DistributionPoint> Distribution() => Count == 0
        ? []
        : [.. _histogram.Percentiles(DistributionTicksPerHalf).Select(step =>
            new DistributionPoint(step.PercentileLevelIteratedTo / 100, step.ValueIteratedTo / NanosecondsPerSecond))];

    // Bounds 1, 2, 5, 10, 20, 50 … microseconds: round, and as wide as what they hold deserves.
    private List<HistogramBar> Bars()
    {
        var bars = new List<HistogramBar>();
        if (Count == 0)
        {
            return bars;
        }

        var boundNs = FirstBoundNs;
        long count = 0;
        foreach (var step in _histogram.RecordedValues())
        {
            while (step.ValueIteratedTo > boundNs)
            {
                AddBar(bars, boundNs, count);
                count = 0;
                boundNs = NextRoundBound(boundNs);
            }

            count += step.CountAtValueIteratedTo;
        }

        AddBar(bars, boundNs, count);
        return bars;
    }

    private static void AddBar(List<HistogramBar> bars, long boundNs, long count)
    {
        // Empty bars stay where they separate others, not before the first.
        if (count > 0 || bars.Count > 0)
        {
            bars.Add(new HistogramBar(boundNs / NanosecondsPerSecond, count));
        }
    }

    // 1, 2, 5, 10, 20, 50 …
    private static long NextRoundBound(long boundNs)
    {
        var leading = boundNs;
        while (leading >= 10)
        {
            leading /= 10;
        }

        return leading == 2 ? boundNs / 2 * 5 : boundNs * 2;
    }
}
