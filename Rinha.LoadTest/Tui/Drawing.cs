using Rinha.LoadTest.Output;

namespace Rinha.LoadTest.Tui;

// A region of the screen: produces its lines for a given size. Excess lines and columns are cut, missing ones blank.
internal delegate IEnumerable<Line> Drawing(int width, int height);

// Combines drawings: stacks, columns, frames, tables.
internal static class Drawings
{
    public const int BorderRows = 2;

    private const int EdgesWidth = 4;

    public static IEnumerable<Line> Lines(this Drawing drawing, int width, int height) => drawing(width, height)
        .Concat(Enumerable.Repeat(new Line(), height))
        .Take(height)
        .Select(line => line.Width == width ? line : new Line().Append(line, width));

    public static Drawing Stacked(IEnumerable<(Drawing Drawing, int Rows)> bands) =>
        (width, _) => bands.SelectMany(band => band.Drawing.Lines(width, band.Rows));

    public static Drawing Beside(params Drawing[] columns) => (width, height) =>
    {
        // Cumulative ends: no column is lost to rounding.
        int End(int count) => width * count / columns.Length;
        var parts = columns.Select((column, at) => column.Lines(End(at + 1) - End(at), height).ToArray()).ToArray();
        return Enumerable.Range(0, height).Select(row =>
            parts.Aggregate(new Line(), (line, part) => line.Append(part[row], part[row].Width)));
    };

    public static Drawing Framed(string title, Drawing content) => (width, height) =>
    {
        var contentWidth = Math.Max(0, width - EdgesWidth);
        return content.Lines(contentWidth, Math.Max(0, height - BorderRows))
            .Select(line => new Line().Add("│ ", Tone.Muted).Append(line, contentWidth).Add(" │", Tone.Muted))
            .Prepend(new Line()
                .Add("╭─", Tone.Muted)
                .Add($" {title} ", Tone.Strong)
                .Repeat('─', width - title.Length - EdgesWidth - 1, Tone.Muted)
                .Add("╮", Tone.Muted))
            .Append(new Line().Add("╰", Tone.Muted).Repeat('─', width - 2, Tone.Muted).Add("╯", Tone.Muted));
    };

    public static Drawing Message(string text) => (_, _) => [new Line().Add(text, Tone.Muted)];

    // The first column is left-aligned, the others right-aligned. Columns that do not fit are dropped: a truncated
    // number would be wrong.
    public static Drawing Table(
        IReadOnlyList<(string Title, int Width)> columns, IEnumerable<IReadOnlyList<Cell>> rows) => (width, _) =>
        rows.Prepend([.. columns.Select(column => new Cell(column.Title, Tone.Muted))]).Select(cells =>
        {
            var line = new Line();
            for (var at = 0; at < columns.Count && line.Width + columns[at].Width <= width; at++)
            {
                var (cell, columnWidth) = (cells[at], columns[at].Width);
                line = at == 0
                    ? line.Left(cell.Text, columnWidth, cell.Tone)
                    : line.Right(cell.Text, columnWidth, cell.Tone);
            }

            return line;
        });
}

// A line of the screen, built from left to right in tones. Every character must be one column wide; AddUntrusted
// ensures that for text from outside.
internal sealed class Line
{
    private readonly StringBuilder _text = new();
    private readonly List<(int End, Tone Tone)> _pieces = [];

    public int Width => _text.Length;

    public IEnumerable<(string Text, Tone Tone)> Pieces
    {
        get
        {
            var start = 0;
            foreach (var (end, tone) in _pieces)
            {
                yield return (_text.ToString(start, end - start), tone);
                start = end;
            }
        }
    }

    public Line Add(string text, Tone tone = Tone.Plain)
    {
        _text.Append(text);
        return EndPiece(tone);
    }

    public Line Repeat(char character, int count, Tone tone)
    {
        _text.Append(character, Math.Max(0, count));
        return EndPiece(tone);
    }

    public Line Left(string text, int width, Tone tone = Tone.Plain) =>
        Add(Fit(text, width).PadRight(Math.Max(0, width)), tone);

    public Line Right(string text, int width, Tone tone = Tone.Plain) =>
        Add(Fit(text, width).PadLeft(Math.Max(0, width)), tone);

    public Line AddUntrusted(string text, int width, Tone tone)
    {
        // From the first combining character on, a character may be zero or two columns wide.
        const int OneColumnEnd = 0x300;
        return Add(
            string.Concat(Format.OneLine(text, width).EnumerateRunes().Select(rune =>
                rune.Value < OneColumnEnd || rune.Value == '…' ? (char)rune.Value : '·')),
            tone);
    }

    public Line Append(Line line, int width)
    {
        var start = 0;
        foreach (var (end, tone) in line._pieces)
        {
            var count = Math.Max(0, Math.Min(end, width) - start);
            _text.Append(line._text, start, count);
            EndPiece(tone);
            start += count;
        }

        return Repeat(' ', width - start, Tone.Plain);
    }

    private static string Fit(string text, int width) => width switch
    {
        <= 0 => "",
        _ when text.Length <= width => text,
        _ => string.Concat(text.AsSpan(0, width - 1), "…"),
    };

    private Line EndPiece(Tone tone)
    {
        if (_pieces.Count > 0 && _pieces[^1].Tone == tone)
        {
            _pieces[^1] = (_text.Length, tone);
        }
        else if (_text.Length > (_pieces.Count > 0 ? _pieces[^1].End : 0))
        {
            _pieces.Add((_text.Length, tone));
        }

        return this;
    }
}
