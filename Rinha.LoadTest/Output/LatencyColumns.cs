using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output;

/// <summary>The latencies that both reports show, in their order.</summary>
internal static class LatencyColumns
{
    /// <summary>The names of the percentiles.</summary>
    public static IReadOnlyList<string> Names { get; } = ["p50", "p75", "p90", "p95", "p99", "p99.9", "p99.99", "max"];

    /// <summary>A run's latencies: from the intended send time, from the actual one, and how late that was.</summary>
    public static IReadOnlyList<(string Name, LatencyReport Latency)> Sources(RunReport report)
    {
        var sources = new List<(string Name, LatencyReport Latency)>
        {
            (Words.IsOpen(report) ? "from intended send" : "latency", report.Latency),
        };
        if (report.UncorrectedLatency is { } uncorrected)
        {
            sources.Add(("uncorrected", uncorrected));
        }

        if (report.SendDelay is { } delay)
        {
            sources.Add(("send delay", delay));
        }

        return sources;
    }

    /// <summary>The mean.</summary>
    public static string Mean(LatencyReport latency) => Figure(latency, latency.Mean);

    /// <summary>The standard deviation.</summary>
    public static string Deviation(LatencyReport latency) => Figure(latency, latency.StandardDeviation);

    /// <summary>Their figures; dashes when nothing was measured.</summary>
    public static IEnumerable<string> Of(LatencyReport latency)
    {
        double[] values =
        [
            latency.P50, latency.P75, latency.P90, latency.P95, latency.P99, latency.P999, latency.P9999, latency.Max,
        ];
        return values.Select(value => Figure(latency, value));
    }

    private static string Figure(LatencyReport latency, double seconds) =>
        latency.Count == 0 ? "–" : Figures.Duration(seconds);
}
