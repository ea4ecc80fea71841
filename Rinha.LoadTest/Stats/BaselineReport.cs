namespace Rinha.LoadTest.Stats;

/// <summary>A run beside a saved one.</summary>
/// <param name="Name">The saved run's name.</param>
/// <param name="NoiseThreshold">What share of change, 0 to 1, counts as noise.</param>
/// <param name="Comparisons">Metric by metric.</param>
/// <param name="Regressed">Whether any metric is worse by more than noise.</param>
/// <param name="Series">The saved run's seconds, to be drawn behind this one's.</param>
/// <param name="Distribution">The saved run's latency distribution.</param>
public sealed record BaselineReport(
    string Name,
    double NoiseThreshold,
    IReadOnlyList<BaselineComparison> Comparisons,
    bool Regressed,
    IReadOnlyList<SecondReport> Series,
    IReadOnlyList<DistributionPoint> Distribution);
