using Rinha.LoadTest.Journey;
using Rinha.LoadTest.Output.Text;

namespace Rinha.LoadTest.Output;

/// <summary>A journey as text, up to 120 columns wide.</summary>
public static class JourneyText
{
    /// <summary>Writes a journey.</summary>
    /// <param name="report">The journey.</param>
    /// <param name="writer">Where to.</param>
    /// <param name="colors">Whether it is a terminal that shows colours; without them the text is plain.</param>
    public static void Write(JourneyReport report, TextWriter writer, bool colors = false)
    {
        var page = new TextPage(writer, colors);
        foreach (var table in JourneyTables.Measured(report))
        {
            Write(page, table, wordsLast: false);
        }

        Write(page, JourneyTables.Claimed(report), wordsLast: true);
        page.Line();
        page.Line(Waiting(report));
    }

    /// <summary>What the stages whose turn it was not did to the one that was measured.</summary>
    internal static string Waiting(JourneyReport report) =>
        "All stages ran at once; those that waited used at most "
        + Figures.Percent(report.Stages.SelectMany(stage => stage.Turns).Select(turn => turn.WaitingCpus())
            .DefaultIfEmpty().Max())
        + " of one CPU during another one's turn.";

    private static void Write(TextPage page, JourneyTable table, bool wordsLast)
    {
        page.Heading(table.Title);
        var text = new TextTable([.. table.Headings]);
        foreach (var row in table.Rows)
        {
            text.Add([.. row.Select(cell => (Phrase)cell)]);
        }

        text.WriteTo(page, wordsLast);
    }
}
