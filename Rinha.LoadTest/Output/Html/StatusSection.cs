using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output.Html;

/// <summary>How requests were answered, and how long they took, as bars.</summary>
internal static class StatusSection
{
    public static void Write(MarkupWriter page, RunReport report)
    {
        page.Open("section", ("id", "answers")).Element("h2", "Answers").Open("div", ("class", "columns"));
        var statuses = new HtmlBars("statuses", "By HTTP status", "status");
        foreach (var share in StatusShare.Of(report.Summary))
        {
            statuses.Add(share.Name, share.Count, share.Tone);
        }

        statuses.WriteTo(page);
        var histogram = new HtmlBars("histogram", "By latency", "up to");
        foreach (var bar in report.Latency.Histogram)
        {
            histogram.Add(Figures.DurationTick(bar.UpToSeconds), bar.Count, Tone.Plain);
        }

        histogram.WriteTo(page);
        page.Close().Close();
    }
}
