using System.Diagnostics.CodeAnalysis;

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
