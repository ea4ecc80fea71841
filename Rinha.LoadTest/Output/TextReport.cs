using Rinha.LoadTest.Output.Text;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output;

/// <summary>The report as text, some 100 columns wide; sections that a run has nothing for are left out.</summary>
public static class TextReport
{
    /// <summary>Writes a report.</summary>
    /// <param name="report">The report.</param>
    /// <param name="writer">Where to.</param>
    /// <param name="colors">Whether it is a terminal that shows colours; without them the text is plain.</param>
    public static void Write(RunReport report, TextWriter writer, bool colors = false)
    {
        var page = new TextPage(writer, colors);
        SummarySection.Write(page, report);
        LatencySection.Write(page, report);
        StatusSection.Write(page, report);
        FailureSection.Write(page, report);
        OperationSection.Write(page, report);
        ContestSection.Write(page, report);
        CheckSection.Write(page, report);
        FindMaxSection.Write(page, report);
        BaselineSection.Write(page, report);
        VerdictSection.Write(page, report);
    }

    /// <summary>Writes to standard output, in colour when that is a terminal and NO_COLOR is not set.</summary>
    /// <param name="report">The report.</param>
    public static void Print(RunReport report)
    {
        var noColor = Environment.GetEnvironmentVariable("NO_COLOR");
        Write(report, Console.Out, colors: !Console.IsOutputRedirected && string.IsNullOrEmpty(noColor));
    }
}
