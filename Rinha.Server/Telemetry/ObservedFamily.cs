using System.Diagnostics.Metrics;

namespace Rinha.Server.Telemetry;

/// <summary>A counter or a gauge that nobody keeps: its values are asked for when somebody reads it.</summary>
/// <param name="name">The name; that of a counter ends in <c>_total</c>.</param>
/// <param name="help">What it is, in a sentence.</param>
/// <param name="observe">Its values, with their labels.</param>
internal sealed class ObservedFamily(string name, string help, Func<IEnumerable<Measurement<double>>> observe)
    : MetricFamily(name, help)
{
    /// <summary>One without labels.</summary>
    public ObservedFamily(string name, string help, Func<double> observe)
        : this(name, help, () => [new Measurement<double>(observe())])
    {
    }

    private bool IsCounter => Name.EndsWith("_total", StringComparison.Ordinal);

    /// <inheritdoc/>
    public override void Publish(Meter meter) => _ = IsCounter
        ? (Instrument)meter.CreateObservableCounter(Name, observe, unit: null, Help)
        : meter.CreateObservableGauge(Name, observe, unit: null, Help);

    /// <inheritdoc/>
    public override void WriteTo(PrometheusText text)
    {
        text.Begin(Name, IsCounter ? "counter" : "gauge", Help);
        foreach (var measurement in observe())
        {
            text.Sample(Name, measurement.Value, measurement.Tags);
        }
    }
}
