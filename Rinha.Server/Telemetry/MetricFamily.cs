using System.Diagnostics.Metrics;

namespace Rinha.Server.Telemetry;

/// <summary>
/// One metric by name, with its series: read by Prometheus as text, and by everybody else through a
/// <see cref="Meter"/>.
/// </summary>
/// <param name="name">The name, the same for all readers.</param>
/// <param name="help">What it is, in a sentence.</param>
internal abstract class MetricFamily(string name, string help)
{
    /// <summary>The name, the same for all readers.</summary>
    public string Name => name;

    /// <summary>What it is, in a sentence.</summary>
    public string Help => help;

    /// <summary>Makes it an instrument of the meter.</summary>
    public abstract void Publish(Meter meter);

    /// <summary>Writes it with its present values.</summary>
    public abstract void WriteTo(PrometheusText text);
}
