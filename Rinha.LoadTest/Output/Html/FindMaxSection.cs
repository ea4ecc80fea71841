using Rinha.LoadTest.Output.Charts;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output.Html;

/// <summary>The search for the highest rate: its outcome, its curve and its steps.</summary>
internal static class FindMaxSection
{
    public static void Write(MarkupWriter page, RunReport report)
    {
        if (report.FindMax is not { } search)
        {
            return;
        }

        page.Open("section", ("id", "find-max")).Element("h2", "Highest rate").Open("div", ("class", "columns"));
        ChartFigure.Write(page, RunCharts.FindMax(search));
        var table = new HtmlTable(
            "find-max-steps", "Rates tried, in order", "step", "asked for", "achieved", "latency", "failed", "target");
        for (var index = 0; index < search.Steps.Count; index++)
        {
            var step = search.Steps[index];
            table.Add(
                step.Met ? Tone.Good : Tone.Bad,
                (index + 1).ToString(System.Globalization.CultureInfo.InvariantCulture)
                    + (step.Confirmation ? ", once more" : ""),
                Figures.Rate(step.Rate) + "/s",
                Figures.Rate(step.Achieved) + "/s",
                Figures.Duration(step.Latency),
                Figures.Count(step.Failed),
                step.Met ? "kept" : "missed");
        }

        table.WriteTo(page);
        page.Close().Close();
    }
}
