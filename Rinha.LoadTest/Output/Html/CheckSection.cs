using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output.Html;

/// <summary>What the correctness checks found.</summary>
internal static class CheckSection
{
    public static void Write(MarkupWriter page, RunReport report)
    {
        if (report.Check is not { } check)
        {
            return;
        }

        page.Open("section", ("id", "checks")).Element("h2", "Correctness");
        page.Element(
            "p",
            $"{Figures.Count(check.Acknowledged)} transactions were acknowledged, "
            + $"{Figures.Count(check.Refused)} refused, {Figures.Count(check.Unknown)} ended without an answer: "
            + "those may or may not have been applied."
            + (check.Unavailable > 0 ? $" {Figures.Count(check.Unavailable)} were answered 503: not applied." : ""));
        var table = new HtmlTable(
            "check-results", "Checks", "what must hold", "made", "violations", "first violation");
        foreach (var result in check.Checks)
        {
            var tone = result.Violations > 0 ? Tone.Bad : result.Made > 0 ? Tone.Good : Tone.Muted;
            table.Add(
                tone, result.Name, Figures.Count(result.Made), Figures.Count(result.Violations), result.Example ?? "–");
        }

        table.WriteTo(page, words: true);
        page.Close();
    }
}
