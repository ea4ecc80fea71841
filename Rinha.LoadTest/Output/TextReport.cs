using Spectre.Console;

namespace Rinha.LoadTest.Output;

/// <summary>
/// Draws a report as text, some 100 columns wide: in colour for a terminal that has them, else plain. A terminal shows
/// the end of what was written, so the sections stand in reverse order and the verdict comes last.
/// </summary>
internal sealed class TextReport
{
    private const int Columns = 100;
    private const int ProseCharsMax = 160;

    // Spectre.Console would break longer lines; ours break where they should.
    private const int ConsoleColumns = 1000;
    private readonly IAnsiConsole _console;
    private readonly TextWriter _writer;

    private TextReport(TextWriter writer, bool colors)
    {
        _writer = writer;
        _console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = colors ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = colors ? ColorSystemSupport.EightBit : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        _console.Profile.Width = ConsoleColumns;
    }

    public static void Write(Report report, TextWriter writer, bool colors = false)
    {
        var page = new TextReport(writer, colors);
        page.Line(new Cell(report.Title, Tone.Strong));
        page.Words(Format.Flow(report.Details, " · ", Columns - 2), Tone.Plain);
        page.Words([report.Note], Tone.Muted);
        page.Line();
        page.Draw(new Table("", [.. report.Cards.Select(card => card.Name)],
            [[.. report.Cards.Select(card => new Cell(card.Figure, card.Tone))]]));
        foreach (var section in report.Sections.Reverse())
        {
            page.Draw(section);
        }

        page.Line();
        page.Line(new Cell("Verdict", Tone.Strong));
        page.Words([report.Verdict.Sentence], report.Verdict.Tone);
    }

    /// <summary>Writes to standard output, in colour when that is a terminal and NO_COLOR is not set.</summary>
    public static void Print(Report report)
    {
        var noColor = Environment.GetEnvironmentVariable("NO_COLOR");
        Write(report, Console.Out, colors: !Console.IsOutputRedirected && string.IsNullOrEmpty(noColor));
    }

    /// <summary>What a tone looks like in a terminal, in one of its own sixteen colours.</summary>
    internal static Style StyleOf(Tone tone) => tone switch
    {
        Tone.Strong => new Style(decoration: Decoration.Bold),
        Tone.Muted => new Style(Color.Grey),
        Tone.Good => new Style(Color.Green),
        Tone.Warning => new Style(Color.Yellow),
        Tone.Bad => new Style(Color.Red),
        _ => Style.Plain,
    };

    private void Draw(Section section)
    {
        var blocks = section.Blocks.Where(block => block is not Chart { InText: false }).ToList();
        if (blocks.Count == 0)
        {
            return;
        }

        Line();
        Line(new Cell(section.Heading, Tone.Strong));
        foreach (var block in blocks)
        {
            if (!ReferenceEquals(block, blocks[0]))
            {
                Line();
            }

            switch (block)
            {
                case Paragraph paragraph:
                    Words(Format.Flow(paragraph.Text.Split(' '), " ", Columns - 2), paragraph.Tone);
                    break;
                case Facts facts:
                    Draw(facts);
                    break;
                case Table table:
                    Draw(table);
                    break;
                case Bars bars:
                    Draw(bars);
                    break;
                case Chart chart:
                    new TextPlot(chart).Lines().ForEach(line => Line([.. line]));
                    break;
            }
        }
    }

    private void Draw(Facts facts)
    {
        var width = facts.Items.Max(item => item.Name.Length);
        foreach (var (name, value) in facts.Items)
        {
            Line(new Cell($"  {name.PadRight(width)}  ", Tone.Muted), Format.OneLine(value, ProseCharsMax));
        }
    }

    // Columns as wide as their cells; prose stands below its row.
    private void Draw(Table table)
    {
        Words(table.Caption.Length > 0 ? [table.Caption] : [], Tone.Muted);
        var count = table.Headings.Count - (table.ProseLast ? 1 : 0);
        var rows = table.Rows.Select(row => row
            .Select(cell => cell with { Text = Format.OneLine(cell.Text, ProseCharsMax) }).ToArray()).ToList();
        var widths = Enumerable.Range(0, count)
            .Select(at => rows.Select(row => row[at].Text.Length).Append(table.Headings[at].Length).Max())
            .ToArray();
        Row([.. table.Headings.Select(heading => new Cell(heading, Tone.Muted))], widths);
        foreach (var row in rows)
        {
            Row(row, widths);
            if (table.ProseLast && row[^1].Text.Length > 0)
            {
                Line("      " + row[^1].Text);
            }
        }
    }

    private void Row(Cell[] cells, int[] widths)
    {
        var padded = widths.Select((width, at) => cells[at] with
        {
            Text = "  " + (at == 0 ? cells[at].Text.PadRight(width) : cells[at].Text.PadLeft(width)),
        });
        Line([.. padded]);
    }

    private void Draw(Bars bars)
    {
        Words([bars.Caption], Tone.Muted);
        if (bars.Rows.Count == 0)
        {
            Words(["none"], Tone.Muted);
            return;
        }

        var largest = Math.Max(1, bars.Rows.Max(row => row.Count));
        var names = bars.Rows.Max(row => row.Name.Length);
        var counts = bars.Rows.Max(row => Format.Count(row.Count).Length);
        foreach (var (name, count, share, tone) in bars.Rows)
        {
            var figures = $"  {name.PadRight(names)}  {Format.Count(count).PadLeft(counts)}  {Format.Percent(share),8}";
            Line(figures, new Cell("  " + Blocks.Bar((double)count / largest, Columns / 2).TrimEnd(), tone));
        }
    }

    private void Words(IEnumerable<string> lines, Tone tone)
    {
        foreach (var line in lines)
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

        var line = new Spectre.Console.Paragraph();
        for (var at = 0; at <= last; at++)
        {
            var text = Format.OneLine(cells[at].Text);
            line.Append(at == last ? text.TrimEnd() : text, StyleOf(cells[at].Tone));
        }

        if (last >= 0)
        {
            _console.Write(line);
        }

        _writer.Write('\n');
    }
}

/// <summary>Bars and columns out of block characters, exact to an eighth of a character.</summary>
internal static class Blocks
{
    public const int Steps = 8;

    private const string Rising = " ▁▂▃▄▅▆▇█";
    private const string Widening = " ▏▎▍▌▋▊▉█";

    /// <summary>A character filled from below to so many eighths.</summary>
    public static char Column(int steps) => Rising[Math.Clamp(steps, 0, Steps)];

    /// <summary>
    /// A bar from the left that fills a share, 0 to 1, of a width in characters, with spaces up to that width. Whatever
    /// is more than nothing shows.
    /// </summary>
    public static string Bar(double share, int width)
    {
        var steps = StepsOf(share, width);
        return string.Create(Math.Max(0, width), steps, static (characters, steps) =>
        {
            for (var at = 0; at < characters.Length; at++)
            {
                characters[at] = Widening[Math.Clamp(steps - (at * Steps), 0, Steps)];
            }
        });
    }

    /// <summary>How many eighths a share, 0 to 1, of so many characters is; at least one of something.</summary>
    public static int StepsOf(double share, int characters) => share > 0
        ? Math.Max(1, (int)Math.Round(Math.Min(share, 1) * characters * Steps))
        : 0;
}
