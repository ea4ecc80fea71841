namespace Rinha.LoadTest.Output;

// Renders a report as text about 100 columns wide, in colour on a terminal. Sections are in reverse order and the
// verdict comes last, because a terminal shows the end of its output.
internal sealed class TextReport
{
    private const int Columns = 100;
    private const int BarColumns = 50;
    private const int ProseCharsMax = 160;

    private readonly TextWriter _writer;
    private readonly bool _colors;

    private TextReport(TextWriter writer, bool colors) => (_writer, _colors) = (writer, colors);

    public static void Write(Report report, TextWriter writer, bool colors = false)
    {
        var page = new TextReport(writer, colors);
        page.Line(new Cell(report.Title, Tone.Strong));
        page.WriteLines(Format.Wrap(report.Details, " · ", Columns - 2), Tone.Plain);
        page.WriteLines([report.Note], Tone.Muted);
        page.Draw("", new Table("", [.. report.Cards.Select(card => card.Name)],
            [[.. report.Cards.Select(card => new Cell(card.Value, card.Tone))]]));
        foreach (var section in report.Sections.Reverse())
        {
            var blocks = section.Blocks.Where(block => block is not Chart).ToList();
            foreach (var (at, block) in blocks.Index())
            {
                page.Draw(at == 0 ? section.Heading : "", block);
            }
        }

        page.Draw("Verdict", new Paragraph(report.Verdict.Sentence, report.Verdict.Tone));
    }

    public static void Print(Report report) =>
        Write(report, Console.Out, !Console.IsOutputRedirected && Ansi.IsEnabled);

    private void Draw(string heading, Block block)
    {
        Line();
        if (heading.Length > 0)
        {
            Line(new Cell(heading, Tone.Strong));
        }

        if (block is Table table)
        {
            Draw(table);
        }
        else if (block is Paragraph paragraph)
        {
            WriteLines(Format.Wrap(paragraph.Text.Split(' '), " ", Columns - 2), paragraph.Tone);
        }
    }

    private void Draw(Table table)
    {
        WriteLines([table.Caption], Tone.Muted);
        Cell[][] rows =
        [
            [.. table.Headings.Select(heading => new Cell(heading, Tone.Muted))],
            .. table.Rows.Select(row => row.Select(ToText).ToArray()),
        ];
        var widths = table.Headings.Select((_, at) => rows.Max(row => row[at].Text.Length)).ToArray();
        var last = table.ProseLast ? widths.Length - 1 : -1;
        foreach (var row in rows)
        {
            Line([.. row.Select((cell, at) => cell with
            {
                Text = "  " + (at == 0 || at == last ? cell.Text.PadRight(widths[at]) : cell.Text.PadLeft(widths[at])),
            })]);
        }
    }

    private static Cell ToText(Cell cell) => cell.Bar is { } share
        ? cell with { Text = BlockCharacters.Bar(share, BarColumns) }
        : cell with { Text = Format.OneLine(cell.Text, ProseCharsMax) };

    private void WriteLines(IEnumerable<string> lines, Tone tone)
    {
        foreach (var line in lines.Where(line => line.Length > 0))
        {
            Line("  ", new Cell(line, tone));
        }
    }

    // Trims trailing blanks and neutralizes control characters.
    private void Line(params ReadOnlySpan<Cell> cells)
    {
        var last = cells.Length - 1;
        while (last >= 0 && string.IsNullOrWhiteSpace(cells[last].Text))
        {
            last--;
        }

        for (var at = 0; at <= last; at++)
        {
            var text = Format.OneLine(cells[at].Text);
            _writer.Write(Ansi.Paint(at == last ? text.TrimEnd() : text, _colors ? cells[at].Tone : Tone.Plain));
        }

        _writer.Write('\n');
    }
}

internal static class Ansi
{
    // See no-color.org.
    public static bool IsEnabled => string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    public static string Paint(string text, Tone tone)
    {
        var code = tone switch
        {
            Tone.Strong => "1",
            Tone.Muted => "90",
            Tone.Accent => "36",
            Tone.Good => "32",
            Tone.Warning => "33",
            Tone.Bad => "31",
            _ => "",
        };
        return code.Length == 0 ? text : $"\e[{code}m{text}\e[0m";
    }
}

// Draws bars and columns from block characters, to an eighth of a cell.
internal static class BlockCharacters
{
    public const int EighthsPerCell = 8;

    private const string Rising = " ▁▂▃▄▅▆▇█";
    private const string Widening = " ▏▎▍▌▋▊▉█";

    public static char Column(int eighths) => Rising[Math.Clamp(eighths, 0, EighthsPerCell)];

    public static string Bar(double share, int width)
    {
        var eighths = Eighths(share, width);
        return string.Concat(Enumerable.Range(0, Math.Max(0, width))
            .Select(at => Widening[Math.Clamp(eighths - (at * EighthsPerCell), 0, EighthsPerCell)]));
    }

    // A share (0 to 1) of a number of cells in eighths; at least 1 if it is not 0.
    public static int Eighths(double share, int characters) => share > 0
        ? Math.Max(1, (int)Math.Round(Math.Min(share, 1) * characters * EighthsPerCell))
        : 0;
}
