using System.Text.RegularExpressions;

namespace Rinha.Server.Tests.Fixtures;

// An answer of /metrics, parsed strictly as Prometheus' text format 0.0.4: anything that the format forbids or merely
// tolerates fails the test.
internal sealed partial class MetricsText
{
    private const string Name = "([a-zA-Z_:][a-zA-Z0-9_:]*)";
    private const string Label = @"[a-zA-Z_][a-zA-Z0-9_]*=""([^""\\]|\\[\\""n])*""";

    private readonly Dictionary<string, string> _types = [];
    private readonly Dictionary<string, double> _samples = [];
    private string _family = "";

    private MetricsText()
    {
    }

    public IReadOnlyCollection<string> Names => _types.Keys;

    public static MetricsText Parse(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        var metrics = new MetricsText();
        foreach (var line in text[..^1].Split('\n'))
        {
            metrics.Read(line);
        }

        foreach (var (name, _) in metrics._types.Where(pair => pair.Value == "histogram"))
        {
            metrics.CheckHistogram(name);
        }

        return metrics;
    }

    public string TypeOf(string name) => _types[name];

    // A sample's value by its name and labels as written: name{label="value"}.
    public double this[string sample] => _samples.TryGetValue(sample, out var value)
        ? value
        : throw new Xunit.Sdk.XunitException($"no sample {sample}");

    public double OrZero(string sample) => _samples.GetValueOrDefault(sample);

    // The labels and their values of every sample of this name.
    public IEnumerable<string> LabelsOf(string name) => _samples.Keys
        .Where(sample => NameOf(sample) == name)
        .Select(sample => sample[name.Length..]);

    [GeneratedRegex($@"^# HELP {Name} ([^\\]|\\\\|\\n)+$")]
    private static partial Regex Help();

    [GeneratedRegex($"^# TYPE {Name} (counter|gauge|histogram)$")]
    private static partial Regex Kind();

    [GeneratedRegex($@"^{Name}(\{{{Label}(,{Label})*\}})? ([0-9.eE+-]+)$")]
    private static partial Regex Sample();

    private static string NameOf(string sample) => sample.Split('{')[0];

    private void Read(string line)
    {
        if (Help().Match(line) is { Success: true } help)
        {
            _family = help.Groups[1].Value;
            Assert.False(_types.ContainsKey(_family), $"{_family} appears twice");
        }
        else if (Kind().Match(line) is { Success: true } kind)
        {
            // HELP directly precedes TYPE, so a metric's lines are grouped.
            Assert.Equal(_family, kind.Groups[1].Value);
            Assert.True(_types.TryAdd(_family, kind.Groups[2].Value), $"{_family} has two types");
        }
        else
        {
            var sample = Sample().Match(line);
            Assert.True(sample.Success, $"neither a comment nor a sample: {line}");
            var name = sample.Groups[1].Value;
            Assert.Contains(name, _types[_family] == "histogram"
                ? [_family + "_bucket", _family + "_sum", _family + "_count"]
                : new[] { _family });
            var key = name + sample.Groups[2].Value;
            var value = double.Parse(sample.Groups[^1].Value, NumberStyles.Float, CultureInfo.InvariantCulture);
            Assert.True(_samples.TryAdd(key, value), $"{key} appears twice");
            Assert.True(_types[_family] == "gauge" || value >= 0, line);
            Assert.Equal(_types[_family] == "counter", _family.EndsWith("_total", StringComparison.Ordinal));
        }
    }

    // The buckets of a series ascend in bound and in count, and the last one is +Inf.
    private void CheckHistogram(string name)
    {
        var series = _samples.Keys.Where(key => NameOf(key) == name + "_count").ToList();
        Assert.NotEmpty(series);
        foreach (var count in series)
        {
            var labels = count[(name + "_count").Length..].TrimEnd('}');
            var prefix = name + "_bucket" + (labels.Length == 0 ? "{" : labels + ",") + "le=\"";
            var buckets = _samples.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal)).ToList();
            var bounds = buckets
                .Select(pair => pair.Key[prefix.Length..^2])
                .Select(bound => bound == "+Inf"
                    ? double.PositiveInfinity
                    : double.Parse(bound, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture))
                .ToList();

            Assert.Equal(bounds.Order(), bounds);
            Assert.Equal(bounds.Count, bounds.Distinct().Count());
            Assert.Equal(double.PositiveInfinity, bounds[^1]);
            Assert.Equal(buckets.Select(pair => pair.Value).Order(), buckets.Select(pair => pair.Value));
            Assert.Equal(_samples[count], buckets[^1].Value);
            Assert.Contains(name + "_sum" + count[(name + "_count").Length..], _samples.Keys);
        }
    }
}
