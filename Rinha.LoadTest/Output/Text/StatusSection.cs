using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output.Text;

/// <summary>How requests were answered.</summary>
internal static class StatusSection
{
    public static void Write(TextPage page, RunReport report)
    {
        page.Heading("Status distribution");
        var bars = new TextBars(wordsFirst: true);
        foreach (var status in StatusShare.Of(report.Summary))
        {
            bars.Add(status.Name, status.Count, status.Share, status.Tone);
        }

        bars.WriteTo(page);
    }
}
