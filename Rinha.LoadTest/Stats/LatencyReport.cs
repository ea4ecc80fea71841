namespace Rinha.LoadTest.Stats;

/// <summary>A latency distribution in numbers; all in seconds.</summary>
public sealed record LatencyReport
{
    /// <summary>How many latencies it is made of.</summary>
    public required long Count { get; init; }

    public required double Mean { get; init; }

    public required double StandardDeviation { get; init; }

    public required double Min { get; init; }

    public required double P50 { get; init; }

    public required double P75 { get; init; }

    public required double P90 { get; init; }

    public required double P95 { get; init; }

    public required double P99 { get; init; }

    public required double P999 { get; init; }

    public required double P9999 { get; init; }

    public required double Max { get; init; }

    /// <summary>
    /// The whole distribution: at each step the share (0 to 1) of requests that took at most that long.
    /// </summary>
    public required IReadOnlyList<DistributionPoint> Distribution { get; init; }

    /// <summary>Counts between round bounds, for a bar chart.</summary>
    public required IReadOnlyList<HistogramBar> Histogram { get; init; }
}
