using Rinha.LoadTest.Output;
using Rinha.LoadTest.Tui;

namespace Rinha.LoadTest.Top;

/// <summary>
/// A table whose first column is at the left and whose others are at the right; columns without room are missing.
/// </summary>
/// <param name="titles">The columns with their widths, of which those of the right ones have a gap.</param>
/// <param name="rows">The cells with their tones.</param>
internal sealed class TableDrawing(
    IReadOnlyList<(string Title, int Width)> titles, IReadOnlyList<(string Text, Tone Tone)[]> rows) : Drawing
{
    /// <inheritdoc/>
    protected override IEnumerable<Line> Draw(int width, int height)
    {
        yield return LineOf([.. titles.Select(title => (title.Title, Tone.Muted))], width);
        foreach (var row in rows)
        {
            yield return LineOf(row, width);
        }
    }

    // Only whole columns: half a figure is a wrong one.
    private Line LineOf((string Text, Tone Tone)[] cells, int width)
    {
        var line = new Line();
        foreach (var ((text, tone), (_, columnWidth)) in cells.Zip(titles))
        {
            if (line.Width + columnWidth > width)
            {
                break;
            }

            line = line.Width == 0 ? line.Left(text, columnWidth, tone) : line.Right(text, columnWidth, tone);
        }

        return line;
    }
}
