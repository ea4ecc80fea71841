using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Rinha.Server.Telemetry;

namespace Rinha.Server.Tests.Telemetry;

/// <summary>What a listener inside the process sees, and what Prometheus must not misread.</summary>
public sealed class MetricSetTests
{
    [Fact]
    public void A_listener_sees_counters_when_it_looks_and_durations_as_they_are()
    {
        using var metrics = new MetricSet();
        var watch = new RequestWatch(slowRequestMs: 0, NullLogger.Instance);
        watch.Metrics.Record(Operation.Post, 200, 1_000); // Before anybody listens.
        watch.Metrics.AddTo(metrics);
        var seen = new List<(string Name, double Value, string Labels)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                // Other tests' meters have the same name; their instruments are other ones.
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
                seen.Add((instrument.Name, value, string.Join(',', tags.ToArray().Select(tag => $"{tag.Value}"))));
            }
        });
        listener.Start();

        watch.Metrics.Record(Operation.Reset, 418, 123_456_789);
        listener.RecordObservableInstruments();

        lock (seen)
        {
            Assert.Contains(("rinha_http_request_duration_seconds", 0.123456789, "reset"), seen);
            Assert.Contains(("rinha_http_requests_total", 1, "reset,418"), seen);
            Assert.Contains(("rinha_http_requests_total", 1, "post,200"), seen);
        }
    }

    [Fact]
    public void What_would_end_a_label_or_a_line_is_escaped()
    {
        using var metrics = new MetricSet();
        metrics.Add(new ObservedFamily("x", "A \\ and\na line.", () =>
            [new(1, new KeyValuePair<string, object?>("label", "a\"b\\c\nd"))]));

        var text = Encoding.UTF8.GetString(metrics.ToPrometheus());
        Assert.Contains("# HELP x A \\\\ and\\na line.\n", text, StringComparison.Ordinal);
        Assert.Contains("x{label=\"a\\\"b\\\\c\\nd\"} 1\n", text, StringComparison.Ordinal);
        MetricsText.Parse(text);
    }
}
