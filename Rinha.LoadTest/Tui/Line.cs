using System.Text;
using Rinha.LoadTest.Output;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Rinha.LoadTest.Tui;

/// <summary>
/// One line of the screen, put together from left to right in columns and tones. Every character is one column wide;
/// text from outside comes in by <see cref="AddForeign"/>, which sees to that.
/// </summary>
internal sealed class Line
{
    private readonly StringBuilder _text = new();
    private readonly List<(int End, Style Style)> _pieces = [];

    /// <summary>The columns so far.</summary>
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

    /// <summary>Adds text as it is.</summary>
    public Line Add(string text, Tone tone = Tone.Plain) => Add(text, ToneStyle.Of(tone));

    /// <summary>Adds text as it is, in a style of its own.</summary>
    public Line Add(string text, Style style)
    {
        _text.Append(text);
        EndPiece(style);
        return this;
    }

    /// <summary>Adds a character so many times.</summary>
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

    /// <summary>Adds text that somebody else wrote, a server perhaps; shortened where it does not fit.</summary>
    public Line AddForeign(string text, int width, Tone tone)
    {
        var narrow = new StringBuilder();
        foreach (var rune in Words.OneLine(text, width).EnumerateRunes())
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
