using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Tests.Output.Samples;

/// <summary>
/// A latency distribution with a long tail, made from a formula instead of chance: the same on every machine. All in
/// seconds.
/// </summary>
internal sealed class SampleLatency(long count, double min, double scale, double tail)
{
    private const int StepsPerHalf = 5;
    private static readonly double[] s_factors = [1, 2, 5];

    /// <summary>No latencies at all.</summary>
    public static LatencyReport None { get; } = new SampleLatency(0, 0, 0, 0.5).ToReport();

    public LatencyReport ToReport()
    {
        var mean = Rounded(min + scale * tail / (1 - tail));
        return new LatencyReport
        {
            Count = count,
            Mean = mean,
            StandardDeviation = Rounded(mean * 1.4),
            Min = At(0),
            P50 = At(0.5),
            P75 = At(0.75),
            P90 = At(0.9),
            P95 = At(0.95),
            P99 = At(0.99),
            P999 = At(0.999),
            P9999 = At(0.9999),
            Max = At(1),
            Distribution = [.. Shares().Select(share => new DistributionPoint(share, At(share)))],
            Histogram = [.. Bars()],
        };
    }

    /// <summary>The latency that a share of the requests stays under.</summary>
    public double At(double share) => count == 0
        ? 0
        : Rounded(min + scale * (Math.Pow(Math.Max(1 - share, 0.5 / count), -tail) - 1));

    private IEnumerable<double> Shares()
    {
        if (count == 0)
        {
            yield break;
        }

        for (var rest = 1.0; rest > 1.0 / count; rest /= 2)
        {
            for (var step = 0; step < StepsPerHalf; step++)
            {
                yield return Rounded(1 - rest + rest / 2 * step / StepsPerHalf);
            }
        }

        yield return 1;
    }

    private IEnumerable<HistogramBar> Bars()
    {
        long before = 0;
        for (var power = 1e-6; before < count; power *= 10)
        {
            foreach (var bound in s_factors.Select(factor => Rounded(factor * power)).Where(bound => bound > min))
            {
                var below = bound >= At(1) ? count : (long)(count * ShareBelow(bound));
                if (before < count)
                {
                    yield return new HistogramBar(bound, below - before);
                }

                before = below;
            }
        }
    }

    private double ShareBelow(double latency) => 1 - Math.Pow(1 + (latency - min) / scale, -1 / tail);

    // The last bits of a power differ between processors; a nanosecond does not.
    private static double Rounded(double value) => Math.Round(value, 9);
}
