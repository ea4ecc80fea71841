using System.Diagnostics.Metrics;

namespace Rinha.Server.Telemetry;

/// <summary>
/// A histogram, one or one for each value of a label. It is kept in <see cref="Buckets"/>; its instrument is told of
/// single values only while somebody listens.
/// </summary>
internal sealed class HistogramFamily : MetricFamily
{
    private readonly BucketBounds _bounds;
    private readonly double _unitsPerOne;
    private readonly KeyValuePair<string, object?>[][] _tags;
    private readonly Buckets[] _series;
    private Histogram<double>? _instrument;

    /// <summary>A histogram without labels.</summary>
    /// <param name="name">The name.</param>
    /// <param name="help">What it is, in a sentence.</param>
    /// <param name="bounds">The buckets.</param>
    /// <param name="unitsPerOne">How many of the recorded values make one of the published: for ns, a second's.</param>
    public HistogramFamily(string name, string help, BucketBounds bounds, double unitsPerOne)
        : this(name, help, bounds, unitsPerOne, [[]])
    {
    }

    /// <summary>A histogram for each value of a label.</summary>
    /// <param name="name">The name.</param>
    /// <param name="help">What it is, in a sentence.</param>
    /// <param name="bounds">The buckets.</param>
    /// <param name="unitsPerOne">How many of the recorded values make one of the published: for ns, a second's.</param>
    /// <param name="label">The label's name.</param>
    /// <param name="values">Its values, in the order of the series' numbers.</param>
    public HistogramFamily(
        string name, string help, BucketBounds bounds, double unitsPerOne, string label, IEnumerable<string> values)
        : this(name, help, bounds, unitsPerOne, [.. values.Select(value => TagsOf(label, value))])
    {
    }

    private HistogramFamily(
        string name, string help, BucketBounds bounds, double unitsPerOne, KeyValuePair<string, object?>[][] tags)
        : base(name, help)
    {
        _bounds = bounds;
        _unitsPerOne = unitsPerOne;
        _tags = tags;
        _series = [.. tags.Select(_ => new Buckets(bounds))];
    }

    /// <summary>Counts a value from 0 in the series of this number.</summary>
    public void Record(long value, int series = 0)
    {
        _series[series].Record(value);
        if (_instrument is { Enabled: true } instrument)
        {
            instrument.Record(value / _unitsPerOne, _tags[series]);
        }
    }

    /// <inheritdoc/>
    public override void Publish(Meter meter) => _instrument = meter.CreateHistogram(
        Name,
        unit: null,
        Help,
        tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = Bounds() });

    /// <inheritdoc/>
    public override void WriteTo(PrometheusText text)
    {
        text.Begin(Name, "histogram", Help);
        var bounds = Bounds();
        for (var series = 0; series < _series.Length; series++)
        {
            var sum = _series[series].Sum / _unitsPerOne;
            text.Histogram(Name, bounds, _series[series].Cumulate(), sum, _tags[series]);
        }
    }

    private static KeyValuePair<string, object?>[] TagsOf(string label, string value) => [new(label, value)];

    private double[] Bounds()
    {
        var bounds = new double[_bounds.Upper.Length];
        for (var index = 0; index < bounds.Length; index++)
        {
            bounds[index] = _bounds.Upper[index] / _unitsPerOne;
        }

        return bounds;
    }
}
