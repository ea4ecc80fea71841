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
    private const string Mean = "mean";
    private const string Deviation = "±";
    private const string Ratio = "ratio";
    private const string Median = "p50";
    private const string P95 = "p95";
    private const string Longest = "max";

    private static readonly string[] s_alone = [Mean, Deviation];
    private static readonly string[] s_comparison = [Mean, Deviation, Ratio];
    private static readonly string[] s_spread = [Mean, Median, P95, Longest];

    protected override string FileExtension => "md";

    protected override string FileCaption => "side-by-side";

    public override void ExportToLog(Summary summary, ILogger logger)
    {
        var jobs = summary.BenchmarksCases.Select(one => one.Job.Id).Distinct().ToList();
        var figures = FiguresOf(summary);
        var isSpread = figures == s_spread;
        var heads = jobs.SelectMany(job => figures.Select(figure => $"{job} {figure}")).ToList();
        if (!isSpread)
        {
            heads.Add("allocated");
        }

        logger.WriteLine($"| {summary.BenchmarksCases[0].Descriptor.Type.Name} | {string.Join(" | ", heads)} |");
        logger.WriteLine($"|--|{string.Concat(heads.Select(_ => "--|"))}");
        foreach (var row in summary.BenchmarksCases.GroupBy(NameOf))
        {
            var cells = row.SelectMany(one => figures.Select(figure => Cell(summary, one, figure))).ToList();
            if (!isSpread)
            {
                cells.Add(Allocated(summary[row.Last()]));
            }

            logger.WriteLine($"| {row.Key} | {string.Join(" | ", cells)} |");
        }
    }

    // Where an iteration is one operation, what matters is how unequal they are, and the bytes are those of measuring.
    private static string[] FiguresOf(Summary summary)
    {
        var runs = summary.Reports.SelectMany(report => report.GetResultRuns()).ToList();
        if (runs.Count > 0 && runs.All(run => run.Operations == 1))
        {
            return s_spread;
        }

        return summary.BenchmarksCases.Any(one => one.Descriptor.Baseline) ? s_comparison : s_alone;
    }

    private static string NameOf(BenchmarkCase one) =>
        one.Descriptor.WorkloadMethodDisplayInfo
        + string.Concat(one.Parameters.Items.Select(parameter => $", {parameter.Name} {parameter.Value}"));

    private static string Cell(Summary summary, BenchmarkCase one, string figure)
    {
        if (summary[one]?.ResultStatistics is not { } statistics)
        {
            return "failed";
        }

        return figure switch
        {
            Mean => Time(statistics.Mean),
            Deviation => Time(statistics.StandardDeviation),
            Ratio => RatioToBaseline(summary, one, statistics.Mean),
            Median => Time(statistics.Percentiles.P50),
            P95 => Time(statistics.Percentiles.P95),
            _ => Time(statistics.Max),
        };
    }

    private static string RatioToBaseline(Summary summary, BenchmarkCase one, double mean)
    {
        var baseline = summary.Reports.FirstOrDefault(other =>
            other.BenchmarkCase.Descriptor.Baseline
            && other.BenchmarkCase.Job.Id == one.Job.Id
            && other.BenchmarkCase.Parameters.ValueInfo == one.Parameters.ValueInfo);
        return baseline?.ResultStatistics is { } first
            ? (mean / first.Mean).ToString("F2", CultureInfo.InvariantCulture)
            : "";
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
