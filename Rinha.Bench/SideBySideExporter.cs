using System.Globalization;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Rinha.Bench;

/// <summary>
/// A table with a row for each benchmark and its jobs beside each other, as docs/microbenchmarks.md has it.
/// </summary>
internal sealed class SideBySideExporter : ExporterBase
{
    protected override string FileExtension => "md";

    protected override string FileCaption => "side-by-side";

    public override void ExportToLog(Summary summary, ILogger logger)
    {
        var jobs = summary.BenchmarksCases.Select(one => one.Job.Id).Distinct().ToList();
        // Where an iteration is one operation, what matters is how unequal they are.
        var spread = summary.Reports.Any(IsOneOperationAnIteration);
        string[] figures = spread ? ["mean", "p50", "p95", "max"] : ["mean", "±", "ratio"];
        var heads = jobs.SelectMany(job => figures.Select(figure => $"{job} {figure}")).Append("allocated").ToList();
        logger.WriteLine($"| {summary.BenchmarksCases[0].Descriptor.Type.Name} | {string.Join(" | ", heads)} |");
        logger.WriteLine($"|--|{string.Concat(heads.Select(_ => "--|"))}");
        foreach (var row in summary.BenchmarksCases.GroupBy(NameOf))
        {
            var cells = row.SelectMany(one => Figures(summary, one, spread)).Append(Allocated(summary[row.Last()]));
            logger.WriteLine($"| {row.Key} | {string.Join(" | ", cells)} |");
        }
    }

    private static bool IsOneOperationAnIteration(BenchmarkReport report) =>
        report.GetResultRuns().Any() && report.GetResultRuns().All(run => run.Operations == 1);

    private static string NameOf(BenchmarkCase one) =>
        one.Descriptor.WorkloadMethodDisplayInfo
        + string.Concat(one.Parameters.Items.Select(parameter => $", {parameter.Name} {parameter.Value}"));

    private static string[] Figures(Summary summary, BenchmarkCase one, bool spread)
    {
        if (summary[one]?.ResultStatistics is not { } statistics)
        {
            return spread ? ["failed", "", "", ""] : ["failed", "", ""];
        }

        if (spread)
        {
            var percentiles = statistics.Percentiles;
            return [Time(statistics.Mean), Time(percentiles.P50), Time(percentiles.P95), Time(statistics.Max)];
        }

        var baseline = summary.Reports.FirstOrDefault(other =>
            other.BenchmarkCase.Descriptor.Baseline
            && other.BenchmarkCase.Job.Id == one.Job.Id
            && other.BenchmarkCase.Parameters.ValueInfo == one.Parameters.ValueInfo);
        var ratio = baseline?.ResultStatistics is { } first
            ? (statistics.Mean / first.Mean).ToString("F2", CultureInfo.InvariantCulture)
            : "";
        return [Time(statistics.Mean), Time(statistics.StandardDeviation), ratio];
    }

    private static string Allocated(BenchmarkReport? report) =>
        report?.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) is { } bytes ? $"{bytes} B" : "";

    private static string Time(double nanoseconds) => nanoseconds switch
    {
        < 1e3 => Digits(nanoseconds) + " ns",
        < 1e6 => Digits(nanoseconds / 1e3) + " µs",
        _ => Digits(nanoseconds / 1e6) + " ms",
    };

    // Three significant digits, which is more than two shared cores can promise.
    private static string Digits(double value) =>
        value.ToString(value < 10 ? "F2" : value < 100 ? "F1" : "F0", CultureInfo.InvariantCulture);
}
