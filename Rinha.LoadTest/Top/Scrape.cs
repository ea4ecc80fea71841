using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Rinha.LoadTest.Top;

/// <summary>What one instance said of itself at one moment.</summary>
internal sealed class Scrape
{
    private readonly Dictionary<string, MetricSeries> _byKey = [];
    private readonly ILookup<string, MetricSeries> _byName;

    private Scrape(IReadOnlyList<MetricSeries> series)
    {
        foreach (var one in series)
        {
            _byKey[one.Key] = one;
        }

        _byName = _byKey.Values.ToLookup(one => one.Name);
    }

    /// <summary>Reads the text of <c>/metrics</c>.</summary>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out Scrape? scrape, [NotNullWhen(false)] out string? error)
    {
        scrape = MetricsText.TryParse(text, out var series, out error) ? new Scrape(series) : null;
        return scrape is not null;
    }

    public IEnumerable<MetricSeries> Named(string name) => _byName[name];

    /// <summary>The sum over a name's series; <see langword="null"/> when there is none.</summary>
    public double? Value(string name)
    {
        var series = _byName[name];
        return series.Any() ? series.Sum(one => one.Value) : null;
    }

    /// <summary>The value of a series of another scrape in this one; 0 when it was not there yet.</summary>
    public double ValueOf(MetricSeries series) => _byKey.TryGetValue(series.Key, out var own) ? own.Value : 0;

    /// <summary>Whether the process has restarted since: a counter has become smaller.</summary>
    public bool IsFromBeforeRestart(Scrape later) => _byKey.Values
        .Any(own => own.IsCounter && later._byKey.TryGetValue(own.Key, out var now) && now.Value < own.Value);
}

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

/// <summary>The observations of a histogram during an interval: how many were at most as large as each bound.</summary>
internal sealed class Buckets
{
    private readonly SortedDictionary<double, double> _upTo = [];

    public Buckets()
    {
    }

    /// <summary>By the text of the bounds (<c>le</c>); those of one bound are added up.</summary>
    public Buckets(IEnumerable<(string Bound, double Count)> counts)
    {
        foreach (var (text, count) in counts)
        {
            var bound = text == "+Inf"
                ? double.PositiveInfinity
                : double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
            _upTo[bound] = _upTo.GetValueOrDefault(bound) + count;
        }
    }

    public double Count => _upTo.Count > 0 ? _upTo.Values.Last() : 0;

    /// <summary>Those of both, of histograms with the same bounds.</summary>
    public Buckets With(Buckets other)
    {
        var both = new Buckets();
        foreach (var (bound, count) in _upTo.Concat(other._upTo))
        {
            both._upTo[bound] = both._upTo.GetValueOrDefault(bound) + count;
        }

        return both;
    }

    /// <summary>
    /// A quantile as Prometheus estimates it: observations are taken to lie evenly in their bucket, and those past the
    /// last bound on it.
    /// </summary>
    /// <param name="share">Which, from 0 to 1.</param>
    /// <returns><see langword="null"/> when there are no observations.</returns>
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

/// <summary>
/// Reads Prometheus' text format, version 0.0.4: a line per series, <c>name{label="value",…} number [time]</c>; what
/// begins with # is for people.
/// </summary>
internal static partial class MetricsText
{
    /// <summary>All series when every line can be read, else which one cannot.</summary>
    public static bool TryParse(
        string text,
        [NotNullWhen(true)] out IReadOnlyList<MetricSeries>? series,
        [NotNullWhen(false)] out string? error)
    {
        var all = new List<MetricSeries>();
        foreach (var line in text.Split('\n').Select(line => line.Trim()).Where(line => line is not ("" or ['#', ..])))
        {
            var match = Line().Match(line);
            if (!match.Success || !TryReadValue(match.Groups[4].Value, out var value))
            {
                (series, error) = (null, $"not a line of metrics: '{line}'");
                return false;
            }

            var labels = new Dictionary<string, string>();
            for (var at = 0; at < match.Groups[2].Captures.Count; at++)
            {
                labels[match.Groups[2].Captures[at].Value] = Escape().Replace(
                    match.Groups[3].Captures[at].Value, one => one.Value == @"\n" ? "\n" : one.Value[1..]);
            }

            all.Add(new MetricSeries(match.Groups[1].Value, labels, value));
        }

        (series, error) = (all, null);
        return true;
    }

    private static bool TryReadValue(string text, out double value)
    {
        value = text switch
        {
            "+Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            "NaN" => double.NaN,
            _ => 0,
        };
        return value != 0
            || double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }

    // Name, label names, label values, value.
    [GeneratedRegex("""
        ^([^{\s]+)(?:\{\s*(?:([^=,{}"\s]+)\s*=\s*"((?:[^"\\]|\\.)*)"\s*,?\s*)*\}\s*|\s+)(\S+)(?:\s+\S+)?$
        """)]
    private static partial Regex Line();

    [GeneratedRegex(@"\\.")]
    private static partial Regex Escape();
}
