using System.Globalization;

namespace Rinha.LoadTest.Top;

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
