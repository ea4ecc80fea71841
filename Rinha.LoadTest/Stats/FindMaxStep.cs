namespace Rinha.LoadTest.Stats;

/// <summary>One rate tried.</summary>
/// <param name="Rate">Requests per second asked for.</param>
/// <param name="Achieved">Completed requests per second.</param>
/// <param name="Latency">The corrected latency at the target's percentile, in seconds.</param>
/// <param name="Failed">Requests that failed.</param>
/// <param name="Met">Whether the target was kept.</param>
/// <param name="Confirmation">Whether this was the second look at a rate that had kept it.</param>
public sealed record FindMaxStep(
    double Rate, double Achieved, double Latency, long Failed, bool Met, bool Confirmation);
