using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Run;

// A condition that fails a run, such as p99 > 10ms or debit.failed > 0.1%.
// Operation: null for all together. Limit: in the unit.
internal sealed partial record Threshold(
    string Text, string? Operation, string Metric, string Comparison, double Limit, ThresholdUnit Unit)
{
    public const string Examples = "'p99 > 10ms', 'rate < 1000/s' or 'debit.failed > 0.1%'";

    private const string Rate = "rate";
    private const string Failed = "failed";

    public static readonly Threshold NoFailure =
        new(ThresholdReport.NoFailure, null, Failed, ">", 0, ThresholdUnit.Count);

    public static bool TryParse(string text, [NotNullWhen(true)] out Threshold? threshold)
    {
        threshold = null;
        var parts = Pattern().Match(text).Groups;
        var (operation, metric) = (parts["operation"], parts["metric"].Value);
        (double Scale, ThresholdUnit Unit)? unit = (metric, parts["unit"].Value) switch
        {
            (Rate, "" or "/s") => (1, ThresholdUnit.PerSecond),
            (Failed, "") => (1, ThresholdUnit.Count),
            (Failed, "%") => (0.01, ThresholdUnit.Share),
            (Rate or Failed, _) => null,
            _ when LatencyReport.Figure(metric) is null => null,
            (_, "ns") => (1e-9, ThresholdUnit.Seconds),
            (_, "us" or "µs") => (1e-6, ThresholdUnit.Seconds),
            (_, "ms") => (1e-3, ThresholdUnit.Seconds),
            (_, "s") => (1, ThresholdUnit.Seconds),
            _ => null,
        };
        if (unit is var (scale, kind))
        {
            var limit = double.Parse(parts["limit"].ValueSpan, CultureInfo.InvariantCulture) * scale;
            var name = operation.Success ? operation.Value : null;
            threshold = kind == ThresholdUnit.Share && limit > 1
                ? null
                : new Threshold(text.Trim(), name, metric, parts["comparison"].Value, limit, kind);
        }

        return threshold is not null;
    }

    // A latency of no request is unknown and fails the run: a condition that was never tested must not pass.
    public ThresholdReport Judge(RunReport run)
    {
        var (summary, part) = (run.Summary, run.Operations.FirstOrDefault(operation => operation.Name == Operation));
        var (completed, failed) = part is null ? (summary.Completed, summary.Failed) : (part.Completed, part.Failed);
        var latency = part?.Latency ?? run.Latency;
        double? value = Metric switch
        {
            Rate => part?.Rate ?? summary.Rate,
            Failed when Unit == ThresholdUnit.Count => failed,
            Failed => failed / Math.Max(1.0, completed + failed),
            _ => latency.Count > 0 ? LatencyReport.Figure(Metric)!(latency) : null,
        };
        var isCrossed = Comparison switch
        {
            ">" => value > Limit,
            ">=" => value >= Limit,
            "<" => value < Limit,
            _ => value <= Limit,
        };
        return new ThresholdReport(Text, Unit, value, Passed: value is not null && !isCrossed);
    }

    [GeneratedRegex(
        @"^\s*((?<operation>debit|credit|statement)\.)?(?<metric>[a-z]+[0-9.]*)\s*(?<comparison>[<>]=?)\s*" +
        @"(?<limit>[0-9]{1,15}(\.[0-9]{1,15})?)\s*(?<unit>[a-zµ/%]*)\s*$",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}
