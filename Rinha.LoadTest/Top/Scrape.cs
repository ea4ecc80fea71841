using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Rinha.LoadTest.Top;

// What one instance said of itself at one moment.
internal sealed partial class Scrape
{
    private readonly Dictionary<string, MetricSeries> _byKey = [];
    private readonly ILookup<string, MetricSeries> _byName;

    private Scrape(IEnumerable<MetricSeries> series)
    {
        foreach (var one in series)
        {
            _byKey[one.Key] = one;
        }

        _byName = _byKey.Values.ToLookup(one => one.Name);
    }

    // Reads the server's /metrics, Prometheus' text format: a line per series,
    // name{label="value",…} number; what begins with # is for people.
    public static bool TryParse(string text, [NotNullWhen(true)] out Scrape? scrape)
    {
        var series = new List<MetricSeries>();
        foreach (var line in text.Split('\n').Select(line => line.Trim()).Where(line => line is not ("" or ['#', ..])))
        {
            var match = Line().Match(line);
            var (names, values) = (match.Groups[2].Captures, match.Groups[3].Captures);
            if (!double.TryParse(match.Groups[4].Value, CultureInfo.InvariantCulture, out var value))
            {
                scrape = null;
                return false;
            }

            var labels = names.Zip(values).ToDictionary(pair => pair.First.Value, pair => pair.Second.Value);
            series.Add(new MetricSeries(match.Groups[1].Value, labels, value));
        }

        scrape = new Scrape(series);
        return true;
    }

    public IEnumerable<MetricSeries> Named(string name) => _byName[name];

    // The sum over a name's series; null when there is none.
    public double? Value(string name)
    {
        var series = _byName[name];
        return series.Any() ? series.Sum(one => one.Value) : null;
    }

    // The value of a series of another scrape in this one; 0 when it was not there yet.
    public double ValueOf(MetricSeries series) => _byKey.TryGetValue(series.Key, out var own) ? own.Value : 0;

    // Whether the process has restarted since: a counter has become smaller.
    public bool IsFromBeforeRestart(Scrape later) => _byKey.Values
        .Any(own => own.IsCounter && later._byKey.TryGetValue(own.Key, out var now) && now.Value < own.Value);

    // Name, label names, label values, value.
    [GeneratedRegex("""^([^{\s]+)(?:\{(?:(\w+)="([^"]*)",?)*\})?\s+(\S+)$""")]
    private static partial Regex Line();
}

// One line of a scrape: a series and its value at that moment.
// Name: The metric's name; of a histogram with _bucket, _sum or _count.
internal sealed record MetricSeries(string Name, IReadOnlyDictionary<string, string> Labels, double Value)
{
    // What tells this series from all others of a scrape.
    public string Key { get; } = Name + string.Concat(Labels
        .OrderBy(label => label.Key, StringComparer.Ordinal)
        .Select(label => $"\n{label.Key}={label.Value}"));

    // Whether it only ever grows, as long as the process lives.
    public bool IsCounter =>
        Name.EndsWith("_total", StringComparison.Ordinal)
        || Name.EndsWith("_bucket", StringComparison.Ordinal)
        || Name.EndsWith("_count", StringComparison.Ordinal);

    public string Label(string name) => Labels.GetValueOrDefault(name, "");
}

// What happened in one instance between two scrapes. The counters of one that was started again begin at 0; what it
// had counted since the earlier scrape and before its end is lost.
internal sealed class ScrapeInterval(Scrape earlier, Scrape later)
{
    private readonly bool _hasRestarted = earlier.IsFromBeforeRestart(later);

    // By how much a metric's series have grown together; all of them, or those that are wanted.
    public double Growth(string name, Func<MetricSeries, bool>? isWanted = null) =>
        later.Named(name).Where(isWanted ?? (_ => true)).Sum(Growth);

    // The observations of a histogram, by the upper bounds of its buckets.
    public Buckets Observations(string name, Func<MetricSeries, bool>? isWanted = null) => new(
        later.Named(name + "_bucket").Where(isWanted ?? (_ => true))
            .Select(series => (series.Label("le"), Growth(series))));

    private double Growth(MetricSeries series) =>
        Math.Max(0, series.Value - (_hasRestarted ? 0 : earlier.ValueOf(series)));
}

// The observations of a histogram during an interval: how many were at most as large as each bound.
internal sealed class Buckets
{
    private readonly SortedDictionary<double, double> _upTo = [];

    // By the text of the bounds (le); those of one bound are added up.
    public Buckets(IEnumerable<(string Bound, double Count)> counts)
        : this(counts.Select(one => (
            one.Bound == "+Inf" ? double.PositiveInfinity : double.Parse(one.Bound, CultureInfo.InvariantCulture),
            one.Count)))
    {
    }

    private Buckets(IEnumerable<(double Bound, double Count)> counts)
    {
        foreach (var (bound, count) in counts)
        {
            _upTo[bound] = _upTo.GetValueOrDefault(bound) + count;
        }
    }

    public double Count => _upTo.Count > 0 ? _upTo.Values.Last() : 0;

    // Those of all, of histograms with the same bounds.
    public static Buckets Sum(IEnumerable<Buckets> all) =>
        new(all.SelectMany(one => one._upTo).Select(pair => (pair.Key, pair.Value)));

    // A quantile as Prometheus estimates it: observations are taken to lie evenly in their bucket, and those past the
    // last bound on it.
    // Returns null when there are no observations.
    public double? Quantile(double share)
    {
        var rank = share * Count;
        var (below, lower) = (0.0, 0.0);
        foreach (var (bound, upTo) in _upTo)
        {
            if (upTo > below && upTo >= rank)
            {
                return double.IsPositiveInfinity(bound)
                    ? lower
                    : lower + ((bound - lower) * Math.Max(0, rank - below) / (upTo - below));
            }

            (below, lower) = (upTo, double.IsPositiveInfinity(bound) ? lower : bound);
        }

        return null;
    }
}
