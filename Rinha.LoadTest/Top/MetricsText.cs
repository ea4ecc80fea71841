using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Rinha.LoadTest.Top;

/// <summary>
/// Reads Prometheus' text format, version 0.0.4: a line per series, <c>name{label="value",…} number [time]</c>; what
/// begins with # is for people.
/// </summary>
internal static class MetricsText
{
    /// <summary>Reads a whole scrape.</summary>
    /// <param name="text">The text.</param>
    /// <param name="series">All series, when every line can be read.</param>
    /// <param name="error">Which line cannot be read, when one cannot.</param>
    public static bool TryParse(
        string text,
        [NotNullWhen(true)] out IReadOnlyList<MetricSeries>? series,
        [NotNullWhen(false)] out string? error)
    {
        var all = new List<MetricSeries>();
        foreach (var line in text.Split('\n'))
        {
            var trimmed = line.Trim();
            if (trimmed.Length == 0 || trimmed[0] == '#')
            {
                continue;
            }

            if (ParseLine(trimmed) is not { } one)
            {
                series = null;
                error = $"not a line of metrics: '{trimmed}'";
                return false;
            }

            all.Add(one);
        }

        series = all;
        error = null;
        return true;
    }

    private static MetricSeries? ParseLine(string line)
    {
        var nameEnd = line.AsSpan().IndexOfAny('{', ' ', '\t');
        if (nameEnd <= 0)
        {
            return null;
        }

        var at = nameEnd;
        var labels = new Dictionary<string, string>();
        if (line[at] == '{' && !TryReadLabels(line, ref at, labels))
        {
            return null;
        }

        // A time may follow the value.
        var value = line[at..].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return value.Length is 1 or 2 && TryReadValue(value[0], out var number)
            ? new MetricSeries(line[..nameEnd], labels, number)
            : null;
    }

    // From the opening brace to behind the closing one.
    private static bool TryReadLabels(string line, ref int at, Dictionary<string, string> labels)
    {
        at++;
        while (true)
        {
            at = SkipBlanks(line, at);
            if (at < line.Length && line[at] == '}')
            {
                at++;
                return true;
            }

            var equals = line.IndexOf('=', at);
            if (equals < 0 || !TryReadQuoted(line, SkipBlanks(line, equals + 1), out var value, out var end))
            {
                return false;
            }

            labels[line[at..equals].Trim()] = value;
            at = SkipBlanks(line, end);
            if (at < line.Length && line[at] == ',')
            {
                at++;
            }
        }
    }

    private static bool TryReadQuoted(string line, int at, out string value, out int end)
    {
        var text = new StringBuilder();
        value = "";
        end = at + 1;
        if (at >= line.Length || line[at] != '"')
        {
            return false;
        }

        for (; end < line.Length && line[end] != '"'; end++)
        {
            if (line[end] == '\\' && end + 1 < line.Length)
            {
                end++;
                text.Append(line[end] == 'n' ? '\n' : line[end]);
            }
            else
            {
                text.Append(line[end]);
            }
        }

        value = text.ToString();
        return end++ < line.Length;
    }

    private static bool TryReadValue(string text, out double value)
    {
        value = text switch
        {
            "+Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            "NaN" => double.NaN,
            _ => 0,
        };
        return value != 0
            || double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }

    private static int SkipBlanks(string line, int at)
    {
        while (at < line.Length && line[at] is ' ' or '\t')
        {
            at++;
        }

        return at;
    }
}
