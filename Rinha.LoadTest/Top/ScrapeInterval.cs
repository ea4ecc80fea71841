namespace Rinha.LoadTest.Top;

/// <summary>
/// What happened in one instance between two scrapes. The counters of one that was started again begin at 0; what it
/// had counted since the earlier scrape and before its end is lost.
/// </summary>
internal sealed class ScrapeInterval(Scrape earlier, Scrape later)
{
    private readonly bool _hasRestarted = earlier.IsFromBeforeRestart(later);

    /// <summary>By how much a metric's series that are wanted have grown together.</summary>
    public double Growth(string name, Func<MetricSeries, bool> isWanted) =>
        later.Named(name).Where(isWanted).Sum(Growth);

    /// <summary>By how much all of a metric's series have grown together.</summary>
    public double Growth(string name) => Growth(name, _ => true);

    /// <summary>The observations of a histogram, by the upper bounds of its buckets.</summary>
    public Buckets Observations(string name, Func<MetricSeries, bool> isWanted) => new(
        from series in later.Named(name + "_bucket")
        where isWanted(series) && series.Labels.ContainsKey("le")
        select (series.Labels["le"], Growth(series)));

    /// <summary>The observations of a histogram without further labels.</summary>
    public Buckets Observations(string name) => Observations(name, _ => true);

    private double Growth(MetricSeries series) =>
        Math.Max(0, series.Value - (_hasRestarted ? 0 : earlier.ValueOf(series)));
}
