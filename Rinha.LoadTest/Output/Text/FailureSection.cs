using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output.Text;

/// <summary>The most frequent failures.</summary>
internal static class FailureSection
{
    private const int KindsMax = 5;
    private const int ExampleCharsMax = 70;

    public static void Write(TextPage page, RunReport report)
    {
        if (report.Failures.Count == 0)
        {
            return;
        }

        page.Heading("Failures");
        var table = new TextTable("kind", "count", "the first one");
        foreach (var failure in report.Failures.Take(KindsMax))
        {
            table.Add(
                new Phrase(Words.Failure(failure.Kind), Tone.Bad),
                Figures.Count(failure.Count),
                Words.OneLine(failure.Example, ExampleCharsMax));
        }

        table.WriteTo(page, wordsLast: true);
        if (report.Failures.Count > KindsMax)
        {
            page.Line(new Phrase($"  and more kinds: {report.Failures.Count - KindsMax}", Tone.Muted));
        }
    }
}
