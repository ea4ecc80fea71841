using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using Rinha.Server.Telemetry;

namespace Rinha.Server.Tests;

/// <summary>What docs/operations has for those who watch the server speaks of the metrics that there are.</summary>
public sealed partial class OperationsTests : IDisposable
{
    private readonly LedgerOnDisk _disk = new();
    private readonly MetricSet _metrics = new();
    private readonly MetricsText _present;

    public OperationsTests()
    {
        new RequestWatch(slowRequestMs: 0, NullLogger.Instance).AddTo(_metrics);
        _disk.Ledger.AddTo(_metrics);
        new LedgerMetrics().AddRetriesTo(_metrics);
        ProcessMetrics.AddTo(_metrics, "version", "commit", () => 0);
        _present = MetricsText.Parse(Encoding.UTF8.GetString(_metrics.ToPrometheus()));
    }

    [Fact]
    public void Every_metric_is_documented_with_its_type_and_no_other_is()
    {
        var documented = File.ReadLines(Operations("metrics.md"))
            .Select(line => Row().Match(line))
            .Where(row => row.Success)
            .Select(row => $"{row.Groups[1].Value} {row.Groups[2].Value}");

        Assert.Equal(
            _present.Names.Select(name => $"{name} {_present.TypeOf(name)}").Order(StringComparer.Ordinal),
            documented.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_event_of_the_log_is_documented_with_its_number()
    {
        var text = File.ReadAllText(Operations("metrics.md"));
        var events = typeof(Log).GetMethods()
            .Select(method => (
                method.Name,
                Message: (Microsoft.Extensions.Logging.LoggerMessageAttribute?)Attribute.GetCustomAttribute(
                    method, typeof(Microsoft.Extensions.Logging.LoggerMessageAttribute))))
            .Where(entry => entry.Message is not null)
            .ToList();

        Assert.True(events.Count >= 10, "the rule sees too few events");
        Assert.All(events, entry => Assert.Contains(
            $"| {entry.Message!.EventId} | `{entry.Name}` |", text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("alerts.yml")]
    [InlineData("grafana-dashboard.json")]
    public void What_is_asked_of_Prometheus_is_there(string file)
    {
        var named = NamesIn(File.ReadAllText(Operations(file)));

        Assert.NotEmpty(named);
        Assert.All(named, name => Assert.Contains(name, _present.Names));
    }

    [Fact]
    public void The_dashboard_shows_every_metric_and_none_of_its_panels_is_empty()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllText(Operations("grafana-dashboard.json")));
        var panels = dashboard.RootElement.GetProperty("panels").EnumerateArray()
            .Where(panel => panel.GetProperty("type").GetString() != "row")
            .ToList();
        var expressions = panels.Select(panel => string.Join('\n', panel.GetProperty("targets").EnumerateArray()
            .Select(target => target.GetProperty("expr").GetString()))).ToList();

        Assert.All(expressions, expression => Assert.NotEmpty(NamesIn(expression)));
        Assert.All(panels, panel => Assert.NotEmpty(panel.GetProperty("title").GetString()!));
        Assert.Equal(
            _present.Names.Order(StringComparer.Ordinal),
            expressions.SelectMany(NamesIn).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(
            panels.Count, panels.Select(panel => panel.GetProperty("id").GetInt32()).Distinct().Count());
    }

    [Fact]
    public void Every_alert_has_a_summary_a_severity_and_a_patience()
    {
        var alerts = File.ReadAllText(Operations("alerts.yml")).Split("- alert: ")[1..];

        Assert.True(alerts.Length >= 7, "the rule sees too few alerts");
        Assert.All(alerts, alert =>
        {
            Assert.Contains("  summary: ", alert, StringComparison.Ordinal);
            Assert.Contains("  severity: ", alert, StringComparison.Ordinal);
            Assert.Contains("  for: ", alert, StringComparison.Ordinal);
            Assert.Contains("  expr: ", alert, StringComparison.Ordinal);
        });
    }

    public void Dispose()
    {
        _disk.Dispose();
    }

    [GeneratedRegex(@"^\| `([a-z_]+)` \| (counter|gauge|histogram) \|")]
    private static partial Regex Row();

    [GeneratedRegex(@"\b(rinha|dotnet|process)_[a-z_]+[a-z]\b")]
    private static partial Regex MetricName();

    private static string Operations(string name) => Repository.PathOf("docs", "operations", name);

    // A histogram is asked for by the names of its parts.
    private HashSet<string> NamesIn(string text) =>
    [
        .. MetricName().Matches(text)
            .Select(match => match.Value)
            .Select(name => Regex.Replace(name, "_(bucket|sum|count)$", "") is var whole
                && _present.Names.Contains(whole) && _present.TypeOf(whole) == "histogram" ? whole : name),
    ];
}
