using Rinha.LoadTest.Output;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Rinha.LoadTest.Tui;

/// <summary>
/// A piece of the screen: draws itself line by line into the room it is given; lines that are too many or too long are
/// cut, missing ones stay empty. The screen is put together without Spectre's Layout and Panel: those measure and split
/// text so often that a frame of 160x45 took 9 ms and 4 MB instead of 0.2 ms and 0.4 MB, and the machine is here to
/// send requests.
/// </summary>
internal delegate IEnumerable<Line> Drawing(int width, int height);

/// <summary>Drawings made of others, and the simplest ones.</summary>
internal static class Drawings
{
    /// <summary>A panel's borders above and below.</summary>
    public const int BorderRows = 2;

    // A border and a space on either side.
    private const int EdgesWidth = 4;

    /// <summary>Bars and columns that mean nothing but their size.</summary>
    public static Style Bar { get; } = new(Color.Teal);

    public static Style Border { get; } = new(Color.Grey);

    public static Style Title { get; } = new(Color.Teal, decoration: Decoration.Bold);

    /// <summary>Exactly <paramref name="height"/> lines of exactly <paramref name="width"/> columns.</summary>
    public static IEnumerable<Line> Lines(this Drawing drawing, int width, int height) => drawing(width, height)
        .Concat(Enumerable.Repeat(new Line(), height))
        .Take(height)
        .Select(line => line.Width == width ? line : new Line().Append(line, width));

    public static Drawing Stacked(IEnumerable<(Drawing Drawing, int Rows)> bands) =>
        (width, _) => bands.SelectMany(band => band.Drawing.Lines(width, band.Rows));

    public static Drawing Beside(params (Drawing Drawing, int Share)[] columns) => (width, height) =>
    {
        var shares = columns.Sum(column => column.Share);
        var (sharesBefore, start) = (0, 0);
        var parts = new Line[columns.Length][];
        for (var at = 0; at < columns.Length; at++)
        {
            // Each ends where the shares up to it do, so that no column is lost to rounding.
            sharesBefore += columns[at].Share;
            var end = width * sharesBefore / shares;
            parts[at] = [.. columns[at].Drawing.Lines(end - start, height)];
            start = end;
        }

        return Enumerable.Range(0, height).Select(row => parts.Aggregate(
            new Line(),
            (line, part) => line.Append(part[row], part[row].Width)));
    };

    public static Drawing Framed(string title, Drawing content) => (width, height) =>
    {
        var contentWidth = Math.Max(0, width - EdgesWidth);
        return content.Lines(contentWidth, Math.Max(0, height - BorderRows))
            .Select(line => new Line().Add("│ ", Border).Append(line, contentWidth).Add(" │", Border))
            .Prepend(new Line()
                .Add("╭─", Border)
                .Add($" {title} ", Title)
                .Repeat('─', width - title.Length - EdgesWidth - 1, Border)
                .Add("╮", Border))
            .Append(new Line().Add("╰", Border).Repeat('─', width - 2, Border).Add("╯", Border));
    };

    public static Drawing Message(string text) => (_, _) => [new Line().Add(text, Tone.Muted)];

    /// <summary>
    /// A table whose first column is at the left and whose others are at the right, with their widths; columns without
    /// room are missing, for half a figure is a wrong one.
    /// </summary>
    public static Drawing Table(
        IReadOnlyList<(string Title, int Width)> columns, IEnumerable<IReadOnlyList<Cell>> rows) => (width, _) =>
        rows.Prepend([.. columns.Select(column => new Cell(column.Title, Tone.Muted))]).Select(cells =>
        {
            var line = new Line();
            for (var at = 0; at < columns.Count && line.Width + columns[at].Width <= width; at++)
            {
                var ((text, tone), columnWidth) = (cells[at], columns[at].Width);
                line = at == 0 ? line.Left(text, columnWidth, tone) : line.Right(text, columnWidth, tone);
            }

            return line;
        });
}

/// <summary>
/// One line of the screen, put together from left to right in columns and tones. Every character is one column wide;
/// text from outside comes in by <see cref="AddForeign"/>, which sees to that.
/// </summary>
internal sealed class Line
{
    private readonly StringBuilder _text = new();
    private readonly List<(int End, Style Style)> _pieces = [];

    public int Width => _text.Length;

    /// <summary>The pieces of one style each, as few as there can be.</summary>
    public IEnumerable<Segment> Segments
    {
        get
        {
            var start = 0;
            foreach (var (end, style) in _pieces)
            {
                yield return new Segment(_text.ToString(start, end - start), style, null);
                start = end;
            }
        }
    }

    public Line Add(string text, Tone tone = Tone.Plain) => Add(text, TextReport.StyleOf(tone));

    public Line Add(string text, Style style)
    {
        _text.Append(text);
        EndPiece(style);
        return this;
    }

    public Line Repeat(char character, int count, Style style)
    {
        _text.Append(character, Math.Max(0, count));
        EndPiece(style);
        return this;
    }

    /// <summary>Adds text at the left of a column, shortened where it does not fit.</summary>
    public Line Left(string text, int width, Tone tone = Tone.Plain) =>
        Add(Fit(text, width).PadRight(Math.Max(0, width)), tone);

    /// <summary>Adds text at the right of a column, shortened where it does not fit.</summary>
    public Line Right(string text, int width, Tone tone = Tone.Plain) =>
        Add(Fit(text, width).PadLeft(Math.Max(0, width)), tone);

    /// <summary>Adds text from outside, such as an answer of the server; shortened where it does not fit.</summary>
    public Line AddForeign(string text, int width, Tone tone)
    {
        var narrow = new StringBuilder();
        foreach (var rune in Format.OneLine(text, width).EnumerateRunes())
        {
            narrow.Append(rune.IsBmp && new Segment(rune.ToString()).CellCount() == 1 ? (char)rune.Value : '·');
        }

        return Add(narrow.ToString(), tone);
    }

    /// <summary>Adds a whole line, or so many columns of it, with spaces where it is shorter.</summary>
    public Line Append(Line line, int width)
    {
        var start = 0;
        foreach (var (end, style) in line._pieces)
        {
            var count = Math.Min(end, width) - start;
            if (count <= 0)
            {
                break;
            }

            _text.Append(line._text, start, count);
            EndPiece(style);
            start += count;
        }

        return Repeat(' ', width - start, Style.Plain);
    }

    private static string Fit(string text, int width) => width switch
    {
        <= 0 => "",
        _ when text.Length <= width => text,
        _ => string.Concat(text.AsSpan(0, width - 1), "…"),
    };

    private void EndPiece(Style style)
    {
        var start = _pieces.Count > 0 ? _pieces[^1].End : 0;
        if (_text.Length == start)
        {
            return;
        }

        if (_pieces.Count > 0 && _pieces[^1].Style.Equals(style))
        {
            _pieces[^1] = (_text.Length, style);
        }
        else
        {
            _pieces.Add((_text.Length, style));
        }
    }
}
