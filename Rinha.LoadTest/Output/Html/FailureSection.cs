using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output.Html;

/// <summary>What went wrong, by kind.</summary>
internal static class FailureSection
{
    public static void Write(MarkupWriter page, RunReport report)
    {
        page.Open("section", ("id", "failures")).Element("h2", "Failures");
        if (report.Failures.Count == 0)
        {
            page.Element("p", "No request failed.", ("class", "all-good")).Close();
            return;
        }

        var table = new HtmlTable("failure-table", "By kind", "kind", "times", "the first one");
        foreach (var failure in report.Failures)
        {
            table.Add(Tone.Bad, Words.Failure(failure.Kind), Figures.Count(failure.Count), failure.Example);
        }

        table.WriteTo(page, words: true);
        page.Close();
    }
}
