namespace Rinha.Server.Telemetry;

/// <summary>
/// Writes Prometheus' text format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/).
/// </summary>
internal sealed class PrometheusText
{
    /// <summary>The format's media type.</summary>
    public const string MediaType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder _text = new(16 * 1024);

    /// <summary>Begins a metric; its samples follow.</summary>
    public void Begin(string name, string kind, string help)
    {
        var line = help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        _text.Append("# HELP ").Append(name).Append(' ').Append(line).Append('\n')
            .Append("# TYPE ").Append(name).Append(' ').Append(kind).Append('\n');
    }

    /// <summary>One value with its labels.</summary>
    public void Sample(string name, double value, ReadOnlySpan<KeyValuePair<string, object?>> labels) =>
        Sample(name, value, labels, upperBound: null);

    /// <summary>A whole histogram.</summary>
    /// <param name="name">The metric's name.</param>
    /// <param name="bounds">The upper bounds.</param>
    /// <param name="counts">How many values were under each, then how many there were.</param>
    /// <param name="sum">The sum of all values.</param>
    /// <param name="labels">The labels of all its samples.</param>
    public void Histogram(
        string name,
        ReadOnlySpan<double> bounds,
        ReadOnlySpan<long> counts,
        double sum,
        ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        for (var index = 0; index < bounds.Length; index++)
        {
            Sample(name + "_bucket", counts[index], labels, Number(bounds[index]));
        }

        Sample(name + "_bucket", counts[^1], labels, "+Inf");
        Sample(name + "_sum", sum, labels);
        Sample(name + "_count", counts[^1], labels);
    }

    /// <summary>All that was written.</summary>
    public byte[] ToUtf8() => Encoding.UTF8.GetBytes(_text.ToString());

    private static string Number(double value) => value.ToString("0.#########", CultureInfo.InvariantCulture);

    private static string Escape(string value) => value
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal);

    private void Sample(
        string name, double value, ReadOnlySpan<KeyValuePair<string, object?>> labels, string? upperBound)
    {
        _text.Append(name);
        var separator = '{';
        foreach (var (label, labelValue) in labels)
        {
            AppendLabel(separator, label, (string)labelValue!);
            separator = ',';
        }

        if (upperBound is not null)
        {
            AppendLabel(separator, "le", upperBound);
            separator = ',';
        }

        _text.Append(separator == '{' ? " " : "} ").Append(Number(value)).Append('\n');
    }

    private void AppendLabel(char separator, string name, string value) =>
        _text.Append(separator).Append(name).Append("=\"").Append(Escape(value)).Append('"');
}
