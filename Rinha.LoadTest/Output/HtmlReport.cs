using Rinha.LoadTest.Output.Html;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output;

/// <summary>
/// The report as one HTML file that needs nothing else: no network, no script, no fonts. Its content security policy
/// makes the browser enforce that.
/// </summary>
public static class HtmlReport
{
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

    /// <summary>Writes a report.</summary>
    /// <param name="report">The report.</param>
    /// <param name="writer">Where to, in UTF-8.</param>
    public static void Write(RunReport report, TextWriter writer)
    {
        writer.Write("<!DOCTYPE html>");
        var page = new MarkupWriter(writer);
        page.Open("html", ("lang", "en")).Open("head");
        page.Empty("meta", ("charset", "utf-8"));
        page.Empty("meta", ("http-equiv", "Content-Security-Policy"), ("content", Policy));
        page.Empty("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"));
        page.Empty("meta", ("name", "color-scheme"), ("content", "light dark"));
        // Without it browsers ask the server that serves the file for an icon.
        page.Empty("link", ("rel", "icon"), ("href", "data:,"));
        page.Element("title", $"{HeaderSection.Title(report)} · {Figures.Moment(report.StartedAt)}");
        page.Open("style")
            .Verbatim(StyleSheet.Palette).Verbatim(StyleSheet.Layout).Verbatim(StyleSheet.Drawing).Close();
        page.Close().Open("body");
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
        page.Close().Close().Close();
        writer.Write('\n');
    }
}
