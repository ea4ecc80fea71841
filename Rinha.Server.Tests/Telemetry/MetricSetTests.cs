using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Rinha.Server.Telemetry;

namespace Rinha.Server.Tests.Telemetry;

// Metrics for in-process listeners and for Prometheus.
public sealed class MetricSetTests
{
    [Fact]
    public void A_listener_gets_counters_on_demand_and_each_duration()
    {
        using var metrics = new MetricSet();
        var requests = new RequestLog(slowRequestMs: 0, NullLogger.Instance);
        requests.AddTo(metrics);
        var seen = new List<(string Name, string Labels)>();
        using var listener = new MeterListener
        {
            // Other tests' meters have the same name and different instruments.
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == MetricSet.MeterName)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) =>
        {
            lock (seen)
            {
                var labels = string.Join(',', tags.ToArray().Select(tag => tag.Value));
                seen.Add((instrument.Name, value > 0 ? labels : "none"));
            }
        });
        listener.Start();

        requests.End(RequestKind.Reset, 418, startedAtNs: 0);
        listener.RecordObservableInstruments();

        lock (seen)
        {
            Assert.Contains(("rinha_http_request_duration_seconds", "reset"), seen);
            Assert.Contains(("rinha_http_requests_total", "reset,418"), seen);
        }
    }

    [Fact]
    public void Quotes_backslashes_and_line_feeds_are_escaped()
    {
        using var metrics = new MetricSet();
        metrics.Add("x", "A \\ and\na line.", () => [new MetricSample(1, ("label", "a\"b\\c\nd"))]);

        var text = Encoding.UTF8.GetString(metrics.ToPrometheus());
        Assert.Contains("# HELP x A \\\\ and\\na line.\n", text, StringComparison.Ordinal);
        Assert.Contains("x{label=\"a\\\"b\\\\c\\nd\"} 1\n", text, StringComparison.Ordinal);
        MetricsText.Parse(text);
    }
}
