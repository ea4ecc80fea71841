using System.Globalization;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output.Text;

/// <summary>What was run and what came of it, in a few lines.</summary>
internal static class SummarySection
{
    public static void Write(TextPage page, RunReport report)
    {
        var (environment, summary) = (report.Environment, report.Summary);
        page.Heading("Summary");
        page.Field("Benchmark took", Words.Duration(report));
        page.Field("Target", Words.OneLine(environment.Target, 80));
        page.Field("Mode", Words.Mode(report));
        page.Field("Connections", Figures.Count(report.Connections));
        page.Field("Mix", $"{Words.Mix(report.Mix)}, seed {report.Seed.ToString(CultureInfo.InvariantCulture)}");
        page.Field("Requests", Words.Requests(summary));
        page.Field("Rate", $"{Figures.Rate(summary.Rate)} requests/s");
        page.Field("Machine", $"{environment.Processor}, {environment.Cores} cores, {environment.System}");
        if (environment.Limits is { } limits)
        {
            page.Field("Limits", Words.OneLine(limits, 80));
        }

        var failed = summary.Failed > 0 ? Tone.Bad : Tone.Plain;
        page.Heading("Stats");
        new TextTable("", "requests", "rate", "share")
            .Add(
                "completed",
                Figures.Count(summary.Completed),
                Figures.Rate(summary.Rate) + "/s",
                new Phrase(Figures.Percent(summary.SuccessShare), summary.SuccessShare < 1 ? Tone.Warning : Tone.Good))
            .Add(
                new Phrase("failed", failed),
                new Phrase(Figures.Count(summary.Failed), failed),
                Figures.Rate(report.Duration > 0 ? summary.Failed / report.Duration : 0) + "/s",
                Figures.Percent(summary.Requests > 0 ? (double)summary.Failed / summary.Requests : 0))
            .WriteTo(page);
    }
}
