namespace Rinha.LoadTest.Top;

/// <summary>One line of a scrape: a series and its value at that moment.</summary>
/// <param name="Name">The metric's name; of a histogram with <c>_bucket</c>, <c>_sum</c> or <c>_count</c>.</param>
/// <param name="Labels">The labels; empty when there are none.</param>
/// <param name="Value">The value, in the unit that the name says.</param>
internal sealed record MetricSeries(string Name, IReadOnlyDictionary<string, string> Labels, double Value)
{
    /// <summary>What tells this series from all others of a scrape.</summary>
    public string Key { get; } = Name + string.Concat(Labels
        .OrderBy(label => label.Key, StringComparer.Ordinal)
        .Select(label => $"\n{label.Key}={label.Value}"));

    /// <summary>Whether it only ever grows, as long as the process lives.</summary>
    public bool IsCounter =>
        Name.EndsWith("_total", StringComparison.Ordinal)
        || Name.EndsWith("_bucket", StringComparison.Ordinal)
        || Name.EndsWith("_count", StringComparison.Ordinal);
}
