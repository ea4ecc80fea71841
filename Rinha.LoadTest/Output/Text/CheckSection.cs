using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output.Text;

/// <summary>What the correctness checks found.</summary>
internal static class CheckSection
{
    private const int ExampleCharsMax = 160;

    public static void Write(TextPage page, RunReport report)
    {
        if (report.Check is not { } check)
        {
            return;
        }

        page.Heading("Correctness");
        page.Field(
            "Transactions",
            $"{Figures.Count(check.Acknowledged)} acknowledged, {Figures.Count(check.Refused)} refused, "
            + $"{Figures.Count(check.Unknown)} without an answer (applied or not)"
            + (check.Unavailable > 0 ? $", {Figures.Count(check.Unavailable)} answered 503 (not applied)" : ""));
        var table = new TextTable("check", "made", "violations");
        foreach (var result in check.Checks)
        {
            var tone = result.Violations > 0 ? Tone.Bad : result.Made > 0 ? Tone.Good : Tone.Muted;
            var mark = result.Violations > 0 ? "✗" : result.Made > 0 ? "✓" : "–";
            table.Add(
                new Phrase($"{mark} {Words.OneLine(result.Name, 70)}", tone),
                Figures.Count(result.Made),
                new Phrase(Figures.Count(result.Violations), tone));
        }

        table.WriteTo(page);
        foreach (var result in check.Checks.Where(result => result.Example is not null))
        {
            page.Line("  ", new Phrase($"{result.Name}, first violation:", Tone.Bad));
            page.Line("    " + Words.OneLine(result.Example!, ExampleCharsMax));
        }
    }
}
