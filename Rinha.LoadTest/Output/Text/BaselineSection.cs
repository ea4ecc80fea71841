using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output.Text;

/// <summary>This run beside a saved one.</summary>
internal static class BaselineSection
{
    public static void Write(TextPage page, RunReport report)
    {
        if (report.Baseline is not { } baseline)
        {
            return;
        }

        page.Heading($"Beside {baseline.Name}");
        var table = new TextTable("metric", "before", "now", "ratio", "verdict");
        foreach (var comparison in baseline.Comparisons)
        {
            var tone = comparison.Verdict switch { "better" => Tone.Good, "worse" => Tone.Bad, _ => Tone.Plain };
            table.Add(
                comparison.Metric,
                Words.Metric(comparison.Metric, comparison.Before),
                Words.Metric(comparison.Metric, comparison.Now),
                Figures.Ratio(comparison.Ratio),
                new Phrase(comparison.Verdict, tone));
        }

        table.WriteTo(page);
        page.Line(new Phrase(
            $"  a change of up to {Figures.Percent(baseline.NoiseThreshold)} is noise; "
            + "p99.9 and max are shown, not judged",
            Tone.Muted));
    }
}
