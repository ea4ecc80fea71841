using Rinha.LoadTest.Output.Charts;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output.Html;

/// <summary>Rate and latency, second by second.</summary>
internal static class TimeSection
{
    public static void Write(MarkupWriter page, RunReport report)
    {
        page.Open("section", ("id", "time")).Element("h2", "Over time").Open("div", ("class", "columns"));
        new SvgDrawing(page, RunCharts.Rate(report)).Draw();
        new SvgDrawing(page, RunCharts.Latency(report)).Draw();
        page.Close().Close();
    }
}
