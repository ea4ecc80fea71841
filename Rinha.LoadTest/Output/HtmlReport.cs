using Rinha.LoadTest.Output.Html;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output;

/// <summary>The report as one HTML file that needs nothing else (<see cref="HtmlPage"/>).</summary>
public static class HtmlReport
{
    /// <summary>Writes a report.</summary>
    /// <param name="report">The report.</param>
    /// <param name="writer">Where to, in UTF-8.</param>
    public static void Write(RunReport report, TextWriter writer)
    {
        var title = $"{HeaderSection.Title(report)} · {Figures.Moment(report.StartedAt)}";
        HtmlPage.Write(writer, title, StyleSheet.Drawing, page => Body(page, report));
    }

    private static void Body(MarkupWriter page, RunReport report)
    {
        HeaderSection.Write(page, report);
        page.Open("main");
        ContestSection.Write(page, report);
        CheckSection.Write(page, report);
        FindMaxSection.Write(page, report);
        TimeSection.Write(page, report);
        LatencySection.Write(page, report);
        StatusSection.Write(page, report);
        OperationSection.Write(page, report);
        FailureSection.Write(page, report);
        BaselineSection.Write(page, report);
        EnvironmentSection.Write(page, report);
        page.Close();
    }
}
