namespace Rinha.LoadTest.Stats;

/// <summary>One metric now and then.</summary>
/// <param name="Metric"><c>rate</c>, <c>p50</c>, <c>p99</c> …</param>
/// <param name="Before">The saved run's value.</param>
/// <param name="Now">This run's value.</param>
/// <param name="Ratio">Now divided by before.</param>
/// <param name="Verdict"><c>better</c>, <c>worse</c> or <c>same</c> (within noise).</param>
public sealed record BaselineComparison(string Metric, double Before, double Now, double Ratio, string Verdict);
