using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace Rinha.Server.Telemetry;

/// <summary>
/// Sends the metrics to an OpenTelemetry collector, if one is named in the standard variable; everything else about it
/// is said by the standard's other variables (https://opentelemetry.io/docs/specs/otel/protocol/exporter/).
/// </summary>
internal static class OtlpExport
{
    private const string ServiceName = "rinha";

    /// <summary>The variables that name a collector.</summary>
    private static readonly string[] s_endpoints =
        ["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];

    /// <summary>Begins to send, once a minute unless OTEL_METRIC_EXPORT_INTERVAL says otherwise.</summary>
    /// <param name="version">The build's version.</param>
    /// <returns>What sends the last time when it is disposed; <see langword="null"/> when nothing is sent.</returns>
    public static IDisposable? Start(string version)
    {
        if (s_endpoints.All(name => string.IsNullOrEmpty(Environment.GetEnvironmentVariable(name))))
        {
            return null;
        }

        return Sdk.CreateMeterProviderBuilder()
            .AddMeter(MetricSet.MeterName)
            // The detector comes last: OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES have the last word.
            .ConfigureResource(resource => resource
                .AddService(ServiceName, serviceVersion: version)
                .AddEnvironmentVariableDetector())
            .AddOtlpExporter()
            .Build();
    }
}
