namespace Rinha.LoadTest.Journey;

/// <summary>A turn's latencies, in seconds.</summary>
/// <param name="P50">The median.</param>
/// <param name="P99">The 99th percentile.</param>
/// <param name="P999">The 99.9th percentile.</param>
/// <param name="Max">The longest.</param>
public sealed record TurnLatency(double P50, double P99, double P999, double Max);
