using Rinha.LoadTest.Output.Charts;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output.Html;

/// <summary>Rate and latency, second by second.</summary>
internal static class TimeSection
{
    public static void Write(MarkupWriter page, RunReport report)
    {
        page.Open("section", ("id", "time")).Element("h2", "Over time").Open("div", ("class", "columns"));
        ChartFigure.Write(page, RunCharts.Rate(report));
        ChartFigure.Write(page, RunCharts.Latency(report));
        page.Close().Close();
    }
}
