using Rinha.LoadTest.Output.Charts;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output.Html;

/// <summary>The latency of all operations together: curve, percentiles, histogram.</summary>
internal static class LatencySection
{
    public static void Write(MarkupWriter page, RunReport report)
    {
        page.Open("section", ("id", "latency")).Element("h2", "Latency").Open("div", ("class", "columns"));
        ChartFigure.Write(page, RunCharts.Distribution(report));
        var columns = LatencyColumns.Sources(report);
        var table = new HtmlTable(
            "latency-percentiles", "Of all operations together", ["", .. columns.Select(column => column.Name)]);
        var figures = columns.Select(column => LatencyColumns.Of(column.Latency).ToArray()).ToArray();
        for (var row = 0; row < LatencyColumns.Names.Count; row++)
        {
            table.Add(LatencyColumns.Names[row], [.. figures.Select(column => column[row])]);
        }

        table.Add("mean", [.. columns.Select(column => LatencyColumns.Mean(column.Latency))]);
        table.Add("standard deviation", [.. columns.Select(column => LatencyColumns.Deviation(column.Latency))]);
        table.WriteTo(page);
        page.Close().Close();
    }
}
