using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output;

/// <summary>What a reader of a score must know of the contest's rules.</summary>
internal static class ContestRules
{
    /// <summary>The payment before fines, in USD.</summary>
    public const double FullPayment = 100_000;

    /// <summary>The names of the latencies that its tester shows of each scenario.</summary>
    public static IReadOnlyList<string> Columns { get; } = ["min", "p50", "p75", "p95", "p99", "max", "mean"];

    /// <summary>Those latencies, in seconds.</summary>
    public static double[] Latencies(LatencyReport latency) =>
        [latency.Min, latency.P50, latency.P75, latency.P95, latency.P99, latency.Max, latency.Mean];

    /// <summary>A fine as it is taken off.</summary>
    public static string Fine(double amount) => amount > 0 ? "−" + Figures.Dollars(amount) : Figures.Dollars(0);
}
