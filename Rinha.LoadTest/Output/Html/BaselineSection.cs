using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output.Html;

/// <summary>This run beside a saved one.</summary>
internal static class BaselineSection
{
    public static void Write(MarkupWriter page, RunReport report)
    {
        if (report.Baseline is not { } baseline)
        {
            return;
        }

        page.Open("section", ("id", "baseline")).Element("h2", $"Beside {baseline.Name}");
        page.Element(
            "p",
            $"A change of up to {Figures.Percent(baseline.NoiseThreshold)} is noise; "
            + "p99.9 and max are shown, not judged.");
        var table = new HtmlTable(
            "baseline-table", "Then and now", "metric", baseline.Name, "this run", "ratio", "verdict");
        foreach (var comparison in baseline.Comparisons)
        {
            var tone = comparison.Verdict switch { "better" => Tone.Good, "worse" => Tone.Bad, _ => Tone.Plain };
            table.Add(
                tone,
                comparison.Metric,
                Words.Metric(comparison.Metric, comparison.Before),
                Words.Metric(comparison.Metric, comparison.Now),
                Figures.Ratio(comparison.Ratio),
                comparison.Verdict);
        }

        table.WriteTo(page);
        page.Close();
    }
}
