using System.Diagnostics.Metrics;

namespace Rinha.Server.Telemetry;

/// <summary>
/// Every metric of the server: for Prometheus as text, and as the instruments of a <see cref="Meter"/> for whoever
/// listens inside the process (OpenTelemetry, dotnet-counters). Filled before the first request.
/// </summary>
internal sealed class MetricSet : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Rinha.Server";

    private readonly Meter _meter = new(MeterName);
    private readonly List<MetricFamily> _families = [];

    /// <summary>Adds a metric.</summary>
    public void Add(MetricFamily family)
    {
        family.Publish(_meter);
        _families.Add(family);
    }

    /// <summary>All of them with their present values, in Prometheus' text format.</summary>
    public byte[] ToPrometheus()
    {
        var text = new PrometheusText();
        foreach (var family in _families)
        {
            family.WriteTo(text);
        }

        return text.ToUtf8();
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
