using System.Globalization;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output.Text;

/// <summary>The search for the highest rate: its outcome, its steps and its curve.</summary>
internal static class FindMaxSection
{
    public static void Write(TextPage page, RunReport report)
    {
        if (report.FindMax is not { } search)
        {
            return;
        }

        page.Heading("Highest rate");
        page.Field("Objective", Words.OneLine(search.Objective, 60));
        page.Field(
            "Found",
            search.Rate > 0
                ? new Phrase($"{Figures.Rate(search.Rate)} requests/s", Tone.Good)
                : new Phrase("no rate that keeps it", Tone.Bad));
        var table = new TextTable("step", "asked for", "achieved", "latency", "failed", "target");
        for (var index = 0; index < search.Steps.Count; index++)
        {
            var step = search.Steps[index];
            table.Add(
                (index + 1).ToString(CultureInfo.InvariantCulture) + (step.Confirmation ? " again" : ""),
                Figures.Rate(step.Rate) + "/s",
                Figures.Rate(step.Achieved) + "/s",
                Figures.Duration(step.Latency),
                Figures.Count(step.Failed),
                step.Met ? new Phrase("kept", Tone.Good) : new Phrase("missed", Tone.Bad));
        }

        table.WriteTo(page);
        page.Line();
        TextPlot.Write(page, search);
    }
}
