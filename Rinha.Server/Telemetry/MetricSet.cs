using System.Diagnostics.Metrics;

namespace Rinha.Server.Telemetry;

// Every metric of the server, in Prometheus' text format 0.0.4
// (https://prometheus.io/docs/instrumenting/exposition_formats/) and as instruments of a Meter for in-process
// listeners. Add before the first request; any thread may scrape.
internal sealed class MetricSet : IDisposable
{
    public const string MeterName = "Rinha.Server";

    public const string MediaType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly Meter _meter = new(MeterName);
    private readonly List<Action<StringBuilder>> _writers = [];

    // Adds a counter if the name ends in _total, else a gauge. The value is computed at scrape time.
    public void Add(string name, string help, Func<double> value) =>
        Add(name, help, () => [new MetricSample(value())]);

    public void Add(string name, string help, Func<IEnumerable<MetricSample>> samples)
    {
        var isCounter = name.EndsWith("_total", StringComparison.Ordinal);
        IEnumerable<Measurement<double>> Observe() => samples().Select(sample => sample.ToMeasurement());
        _ = isCounter
            ? (Instrument)_meter.CreateObservableCounter(name, Observe, unit: null, help)
            : _meter.CreateObservableGauge(name, Observe, unit: null, help);
        _writers.Add(text =>
        {
            Begin(text, name, isCounter ? "counter" : "gauge", help);
            foreach (var sample in samples())
            {
                Write(text, name, sample.Value, sample.Labels);
            }
        });
    }

    public void Add(HistogramFamily family)
    {
        family.Publish(_meter);
        _writers.Add(text => Write(text, family));
    }

    public void Dispose() => _meter.Dispose();

    public byte[] ToPrometheus()
    {
        var text = new StringBuilder(16 * 1024);
        foreach (var write in _writers)
        {
            write(text);
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void Begin(StringBuilder text, string name, string kind, string help) => text
        .Append(CultureInfo.InvariantCulture, $"# HELP {name} {Escape(help)}\n# TYPE {name} {kind}\n");

    private static void Write(StringBuilder text, string name, double value, (string Name, string Value)[] labels)
    {
        text.Append(name);
        var separator = '{';
        foreach (var label in labels)
        {
            var quoted = Escape(label.Value).Replace("\"", "\\\"", StringComparison.Ordinal);
            text.Append(CultureInfo.InvariantCulture, $"{separator}{label.Name}=\"{quoted}\"");
            separator = ',';
        }

        text.Append(labels.Length == 0 ? " " : "} ").Append(Format(value)).Append('\n');
    }

    private static void Write(StringBuilder text, HistogramFamily family)
    {
        Begin(text, family.Name, "histogram", family.Help);
        foreach (var (labels, counts, sum) in family.Series())
        {
            for (var index = 0; index < counts.Length; index++)
            {
                var bound = index == family.Bounds.Count ? "+Inf" : Format(family.Bounds[index]);
                Write(text, family.Name + "_bucket", counts[index], [.. labels, ("le", bound)]);
            }

            Write(text, family.Name + "_sum", sum, labels);
            Write(text, family.Name + "_count", counts[^1], labels);
        }
    }

    private static string Format(double value) => value.ToString("0.#########", CultureInfo.InvariantCulture);

    private static string Escape(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}

internal readonly record struct MetricSample(double Value, params (string Name, string Value)[] Labels)
{
    public Measurement<double> ToMeasurement() =>
        new(Value, Labels.Select(label => new KeyValuePair<string, object?>(label.Name, label.Value)));
}
