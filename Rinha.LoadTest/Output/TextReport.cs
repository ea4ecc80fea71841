namespace Rinha.LoadTest.Output;

// Draws a report as text, some 100 columns wide: in colour for a terminal that has them, else plain. A terminal shows
// the end of what was written, so the sections stand in reverse order and the verdict comes last.
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
        page.Words(Format.Flow(report.Details, " · ", Columns - 2), Tone.Plain);
        page.Words([report.Note], Tone.Muted);
        page.Draw("", new Table("", [.. report.Cards.Select(card => card.Name)],
            [[.. report.Cards.Select(card => new Cell(card.Figure, card.Tone))]]));
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

    public static void Print(Report report) => Write(report, Console.Out, !Console.IsOutputRedirected && Ansi.IsWanted);

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
            Words(Format.Flow(paragraph.Text.Split(' '), " ", Columns - 2), paragraph.Tone);
        }
    }

    private void Draw(Table table)
    {
        Words([table.Caption], Tone.Muted);
        Cell[][] rows =
        [
            [.. table.Headings.Select(heading => new Cell(heading, Tone.Muted))],
            .. table.Rows.Select(row => row.Select(Shown).ToArray()),
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

    private static Cell Shown(Cell cell) => cell.Bar is { } share
        ? cell with { Text = Blocks.Bar(share, BarColumns) }
        : cell with { Text = Format.OneLine(cell.Text, ProseCharsMax) };

    private void Words(IEnumerable<string> lines, Tone tone)
    {
        foreach (var line in lines.Where(line => line.Length > 0))
        {
            Line("  ", new Cell(line, tone));
        }
    }

    // No line ends in blanks; and whatever a report's texts are made of, they do not command the terminal.
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
    // Whether the user wants colours (no-color.org).
    public static bool IsWanted => string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

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

// Bars and columns out of block characters, exact to an eighth of a character.
internal static class Blocks
{
    public const int Steps = 8;

    private const string Rising = " ▁▂▃▄▅▆▇█";
    private const string Widening = " ▏▎▍▌▋▊▉█";

    public static char Column(int steps) => Rising[Math.Clamp(steps, 0, Steps)];

    public static string Bar(double share, int width)
    {
        var steps = StepsOf(share, width);
        return string.Concat(Enumerable.Range(0, Math.Max(0, width))
            .Select(at => Widening[Math.Clamp(steps - (at * Steps), 0, Steps)]));
    }

    // How many eighths a share, 0 to 1, of so many characters is; at least one of something.
    public static int StepsOf(double share, int characters) => share > 0
        ? Math.Max(1, (int)Math.Round(Math.Min(share, 1) * characters * Steps))
        : 0;
}
