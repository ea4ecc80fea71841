using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Tui;

/// <summary>Some neighbouring seconds of a run taken together.</summary>
/// <param name="Seconds">How many there are.</param>
/// <param name="Completed">Requests answered in them.</param>
/// <param name="Failed">Requests that failed in them.</param>
/// <param name="P50">
/// The mean of the seconds' medians in seconds, each weighted by its requests: close to the median, exact for one
/// second.
/// </param>
/// <param name="P99">
/// The highest of the seconds' 99th percentiles in seconds: no less than the true one, exact for one second.
/// </param>
/// <param name="Max">The longest latency in seconds.</param>
internal sealed record WindowStats(int Seconds, long Completed, long Failed, double P50, double P99, double Max)
{
    /// <summary>Completed requests per second.</summary>
    public double Rate => Seconds > 0 ? (double)Completed / Seconds : 0;

    /// <summary>The newest seconds, as many as there are up to <paramref name="count"/>.</summary>
    public static WindowStats OfLast(IReadOnlyList<SecondReport> series, int count) =>
        Of(series, Math.Max(0, series.Count - count), count);

    /// <summary>So many seconds from one on, as far as there are any.</summary>
    public static WindowStats Of(IReadOnlyList<SecondReport> series, int start, int count)
    {
        var end = Math.Min(series.Count, start + count);
        var (completed, failed, p50Sum, p99, max) = (0L, 0L, 0.0, 0.0, 0.0);
        for (var at = start; at < end; at++)
        {
            var second = series[at];
            completed += second.Completed;
            failed += second.Failed;
            p50Sum += second.P50 * second.Completed;
            p99 = Math.Max(p99, second.P99);
            max = Math.Max(max, second.Max);
        }

        return new WindowStats(end - start, completed, failed, completed > 0 ? p50Sum / completed : 0, p99, max);
    }
}
