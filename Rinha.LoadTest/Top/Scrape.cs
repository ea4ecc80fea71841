using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

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

    /// <summary>The series of a name.</summary>
    public IEnumerable<MetricSeries> Named(string name) => _byName[name];

    /// <summary>The sum over a name's series; <see langword="null"/> when there is none.</summary>
    public double? Value(string name)
    {
        var series = _byName[name];
        return series.Any() ? series.Sum(one => one.Value) : null;
    }

    /// <summary>The value of a series of another scrape in this one; 0 when it was not there yet.</summary>
    public double ValueOf(MetricSeries series) => _byKey.TryGetValue(series.Key, out var own) ? own.Value : 0;

    /// <summary>Whether the process has begun anew since: a counter has become smaller.</summary>
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

    /// <summary>None.</summary>
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

    /// <summary>How many observations there are.</summary>
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
internal static class MetricsText
{
    /// <summary>Reads a whole scrape.</summary>
    /// <param name="text">The text.</param>
    /// <param name="series">All series, when every line can be read.</param>
    /// <param name="error">Which line cannot be read, when one cannot.</param>
    public static bool TryParse(
        string text,
        [NotNullWhen(true)] out IReadOnlyList<MetricSeries>? series,
        [NotNullWhen(false)] out string? error)
    {
        var all = new List<MetricSeries>();
        foreach (var line in text.Split('\n'))
        {
            var trimmed = line.Trim();
            if (trimmed.Length == 0 || trimmed[0] == '#')
            {
                continue;
            }

            if (ParseLine(trimmed) is not { } one)
            {
                series = null;
                error = $"not a line of metrics: '{trimmed}'";
                return false;
            }

            all.Add(one);
        }

        series = all;
        error = null;
        return true;
    }

    private static MetricSeries? ParseLine(string line)
    {
        var nameEnd = line.AsSpan().IndexOfAny('{', ' ', '\t');
        if (nameEnd <= 0)
        {
            return null;
        }

        var at = nameEnd;
        var labels = new Dictionary<string, string>();
        if (line[at] == '{' && !TryReadLabels(line, ref at, labels))
        {
            return null;
        }

        // A time may follow the value.
        var value = line[at..].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return value.Length is 1 or 2 && TryReadValue(value[0], out var number)
            ? new MetricSeries(line[..nameEnd], labels, number)
            : null;
    }

    // From the opening brace to behind the closing one.
    private static bool TryReadLabels(string line, ref int at, Dictionary<string, string> labels)
    {
        at++;
        while (true)
        {
            at = SkipBlanks(line, at);
            if (at < line.Length && line[at] == '}')
            {
                at++;
                return true;
            }

            var equals = line.IndexOf('=', at);
            if (equals < 0 || !TryReadQuoted(line, SkipBlanks(line, equals + 1), out var value, out var end))
            {
                return false;
            }

            labels[line[at..equals].Trim()] = value;
            at = SkipBlanks(line, end);
            if (at < line.Length && line[at] == ',')
            {
                at++;
            }
        }
    }

    private static bool TryReadQuoted(string line, int at, out string value, out int end)
    {
        var text = new StringBuilder();
        value = "";
        end = at + 1;
        if (at >= line.Length || line[at] != '"')
        {
            return false;
        }

        for (; end < line.Length && line[end] != '"'; end++)
        {
            if (line[end] == '\\' && end + 1 < line.Length)
            {
                end++;
                text.Append(line[end] == 'n' ? '\n' : line[end]);
            }
            else
            {
                text.Append(line[end]);
            }
        }

        value = text.ToString();
        return end++ < line.Length;
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

    private static int SkipBlanks(string line, int at)
    {
        while (at < line.Length && line[at] is ' ' or '\t')
        {
            at++;
        }

        return at;
    }
}
