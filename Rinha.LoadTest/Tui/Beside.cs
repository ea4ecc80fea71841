namespace Rinha.LoadTest.Tui;

/// <summary>Drawings beside each other, each with its share of the width.</summary>
internal sealed class Beside(params (Drawing Drawing, int Share)[] columns) : Drawing
{
    /// <inheritdoc/>
    protected override IEnumerable<Line> Draw(int width, int height)
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
    }
}
