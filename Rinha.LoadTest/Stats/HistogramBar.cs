namespace Rinha.LoadTest.Stats;

/// <summary>How many requests took longer than the previous bar's bound and at most this one's.</summary>
/// <param name="UpToSeconds">The upper bound.</param>
/// <param name="Count">The requests.</param>
public sealed record HistogramBar(double UpToSeconds, long Count);
