using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output.Html;

/// <summary>Each operation, or each scenario of the contest, by itself.</summary>
internal static class OperationSection
{
    public static void Write(MarkupWriter page, RunReport report)
    {
        page.Open("section", ("id", "operations")).Element("h2", "Operations");
        var latency = new HtmlTable(
            "operation-table",
            "By operation",
            ["operation", "completed", "failed", "rate", "mean", .. LatencyColumns.Names, "200", "422", "other"]);
        foreach (var operation in report.Operations)
        {
            latency.Add(
                operation.Failed > 0 ? Tone.Warning : Tone.Plain,
                operation.Name,
                [
                    Figures.Count(operation.Completed),
                    Figures.Count(operation.Failed),
                    Figures.Rate(operation.Rate) + "/s",
                    LatencyColumns.Mean(operation.Latency),
                    .. LatencyColumns.Of(operation.Latency),
                    .. StatusColumns.Of(operation),
                ]);
        }

        latency.WriteTo(page);
        page.Close();
    }
}
