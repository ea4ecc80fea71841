using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Rinha.Server.Telemetry;

namespace Rinha.Server.Tests;

// docs/operations names exactly the existing metrics and events.
public sealed partial class OperationsTests : LedgerContract<LedgerOnDisk>
{
    private readonly MetricSet _metrics = new();
    private readonly MetricsText _present;

    public OperationsTests()
    {
        new RequestLog(slowRequestMs: 0, NullLogger.Instance).AddTo(_metrics);
        Storage.Ledger.AddTo(_metrics);
        new LedgerMetrics().AddPostgresTo(_metrics, () => "db:5432");
        ProcessMetrics.AddTo(_metrics, "version", "commit", () => 0);
        _present = MetricsText.Parse(Encoding.UTF8.GetString(_metrics.ToPrometheus()));
    }

    [Fact]
    public void Exactly_the_existing_metrics_are_documented_with_their_types() => Assert.Equal(
        _present.Names.Select(name => $"{name} {_present.TypeOf(name)}").Order(StringComparer.Ordinal),
        Row().Matches(Text("metrics.md"))
            .Select(row => $"{row.Groups[1].Value} {row.Groups[2].Value}")
            .Order(StringComparer.Ordinal));

    [Fact]
    public void Every_event_of_the_log_is_documented_with_its_number()
    {
        var events =
            from method in typeof(Log).GetMethods()
            from message in method.GetCustomAttributes(typeof(LoggerMessageAttribute), inherit: false)
            select $"| {((LoggerMessageAttribute)message).EventId} | `{method.Name}` |";

        Assert.True(events.Count() >= 10, "the rule sees too few events");
        var text = Text("metrics.md");
        Assert.All(events, row => Assert.Contains(row, text, StringComparison.Ordinal));
    }

    [Fact]
    public void The_alerts_use_existing_metrics_and_the_dashboard_uses_every_one()
    {
        Assert.NotEmpty(NamesIn(Text("alerts.yml")));
        Assert.Empty(NamesIn(Text("alerts.yml")).Except(_present.Names));

        using var dashboard = JsonDocument.Parse(Text("grafana-dashboard.json"));
        var panels = dashboard.RootElement.GetProperty("panels").EnumerateArray()
            .Where(panel => panel.GetProperty("type").GetString() != "row")
            .Select(panel => NamesIn(panel.GetProperty("targets").GetRawText()))
            .ToList();
        Assert.All(panels, Assert.NotEmpty);
        Assert.Equal(
            _present.Names.Order(StringComparer.Ordinal),
            panels.SelectMany(names => names).Distinct().Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"^\| `([a-z_]+)` \| (counter|gauge|histogram) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"\b(rinha|dotnet|process)_[a-z_]+[a-z]\b")]
    private static partial Regex MetricName();

    private static string Text(string name) => File.ReadAllText(Repository.PathOf("docs", "operations", name));

    // A query names a histogram's parts.
    private HashSet<string> NamesIn(string text) =>
    [
        .. MetricName().Matches(text)
            .Select(match => match.Value)
            .Select(name => Regex.Replace(name, "_(bucket|sum|count)$", "") is var whole
                && _present.Names.Contains(whole) && _present.TypeOf(whole) == "histogram" ? whole : name),
    ];
}
