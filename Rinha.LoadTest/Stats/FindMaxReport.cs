namespace Rinha.LoadTest.Stats;

/// <summary>The search for the highest rate that keeps a latency target.</summary>
/// <param name="Objective">The target as given, <c>p99=10ms</c>.</param>
/// <param name="Rate">The highest confirmed rate in requests per second; 0 when none kept it.</param>
/// <param name="Steps">Every rate tried, in order.</param>
public sealed record FindMaxReport(string Objective, double Rate, IReadOnlyList<FindMaxStep> Steps);
