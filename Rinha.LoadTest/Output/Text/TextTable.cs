namespace Rinha.LoadTest.Output.Text;

/// <summary>A table as wide as its cells: the first column to the left, the others to the right.</summary>
internal sealed class TextTable(params string[] headings)
{
    private const string Gap = "  ";
    private readonly List<Phrase[]> _rows = [];

    /// <summary>Adds a row.</summary>
    public TextTable Add(params Phrase[] cells)
    {
        _rows.Add(cells);
        return this;
    }

    /// <summary>Writes it; with <paramref name="wordsLast"/> the last column is not padded.</summary>
    public void WriteTo(TextPage page, bool wordsLast = false)
    {
        var widths = headings
            .Select((heading, column) => _rows.Select(row => row[column].Words.Length).Append(heading.Length).Max())
            .ToArray();
        Row(page, headings.Select(heading => new Phrase(heading, Tone.Muted)).ToArray(), widths, wordsLast);
        foreach (var row in _rows)
        {
            Row(page, row, widths, wordsLast);
        }
    }

    private static void Row(TextPage page, Phrase[] cells, int[] widths, bool wordsLast)
    {
        var line = new Phrase[cells.Length];
        for (var column = 0; column < cells.Length; column++)
        {
            var words = cells[column].Words;
            var padded = column == 0 ? words.PadRight(widths[0])
                : wordsLast && column == cells.Length - 1 ? words
                : words.PadLeft(widths[column]);
            line[column] = cells[column] with { Words = Gap + padded };
        }

        page.Line(line);
    }
}
