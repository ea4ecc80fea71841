using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output.Text;

/// <summary>Latency percentiles, corrected and not, and the histogram.</summary>
internal static class LatencySection
{
    public static void Write(TextPage page, RunReport report)
    {
        page.Heading("Latency");
        var columns = LatencyColumns.Sources(report);
        var table = new TextTable(["", .. columns.Select(column => column.Name)]);
        var figures = columns.Select(column => LatencyColumns.Of(column.Latency).ToArray()).ToArray();
        for (var row = 0; row < LatencyColumns.Names.Count; row++)
        {
            table.Add([LatencyColumns.Names[row], .. figures.Select(column => (Phrase)column[row])]);
        }

        table.Add(["mean", .. columns.Select(column => (Phrase)LatencyColumns.Mean(column.Latency))]);
        table.Add(["± stdev", .. columns.Select(column => (Phrase)LatencyColumns.Deviation(column.Latency))]);
        table.WriteTo(page);

        page.Heading("Latency histogram");
        var bars = new TextBars(wordsFirst: false);
        foreach (var bar in report.Latency.Histogram)
        {
            var share = report.Latency.Count == 0 ? 0 : (double)bar.Count / report.Latency.Count;
            bars.Add("≤ " + Figures.DurationTick(bar.UpToSeconds), bar.Count, share, Tone.Plain);
        }

        bars.WriteTo(page);
    }
}
