using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output.Text;

/// <summary>Each operation by itself: its answers, then its latency; one table of both would be too wide.</summary>
internal static class OperationSection
{
    public static void Write(TextPage page, RunReport report)
    {
        page.Heading("Operations");
        var answers = new TextTable("", "completed", "failed", "rate", "200", "422", "other");
        var latencies = new TextTable(["", "mean", .. LatencyColumns.Names]);
        foreach (var operation in report.Operations)
        {
            var failed = new Phrase(Figures.Count(operation.Failed), operation.Failed > 0 ? Tone.Bad : Tone.Plain);
            Phrase[] answered = [Figures.Count(operation.Completed), failed, Figures.Rate(operation.Rate) + "/s"];
            answers.Add([operation.Name, .. answered, .. StatusColumns.Of(operation).Select(count => (Phrase)count)]);
            latencies.Add(
            [
                operation.Name,
                LatencyColumns.Mean(operation.Latency),
                .. LatencyColumns.Of(operation.Latency).Select(latency => (Phrase)latency),
            ]);
        }

        answers.WriteTo(page);
        page.Line();
        latencies.WriteTo(page);
    }
}
