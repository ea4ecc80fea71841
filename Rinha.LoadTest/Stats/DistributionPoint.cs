namespace Rinha.LoadTest.Stats;

/// <summary>One step of a cumulative distribution.</summary>
/// <param name="Share">The share of requests, 0 to 1, that took at most <paramref name="Seconds"/>.</param>
/// <param name="Seconds">The latency.</param>
public sealed record DistributionPoint(double Share, double Seconds);
