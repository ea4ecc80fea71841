using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output.Text;

/// <summary>The last line: what the run comes to.</summary>
internal static class VerdictSection
{
    public static void Write(TextPage page, RunReport report)
    {
        var verdict = Verdict.Of(report);
        page.Heading("Verdict");
        page.Line("  ", new Phrase(verdict.Sentence, verdict.Tone));
    }
}
