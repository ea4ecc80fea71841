using Rinha.LoadTest.Output;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Tui;

/// <summary>A table of the operations, or of the contest's scenarios; columns without room are left out.</summary>
internal sealed class OperationsDrawing(IReadOnlyList<OperationReport> operations) : Drawing
{
    private const int NameWidthMin = 7;

    // So many columns matter more than the end of a long name.
    private const int ColumnCountMin = 3;

    // Each with a gap on its left. In the order in which they give way, the last one first.
    private static readonly (string Title, int Width, Func<OperationReport, string> Figure)[] s_columns =
    [
        ("req/s", 9, operation => Figures.Rate(operation.Rate)),
        ("failed", 8, operation => Figures.Count(operation.Failed)),
        ("p99", 8, operation => Figures.Duration(operation.Latency.P99)),
        ("p50", 8, operation => Figures.Duration(operation.Latency.P50)),
        ("completed", 11, operation => Figures.Count(operation.Completed)),
        ("max", 8, operation => Figures.Duration(operation.Latency.Max)),
        ("p99.9", 8, operation => Figures.Duration(operation.Latency.P999)),
        ("mean", 8, operation => Figures.Duration(operation.Latency.Mean)),
    ];

    /// <inheritdoc/>
    protected override IEnumerable<Line> Draw(int width, int height)
    {
        var longest = operations.Select(operation => operation.Name.Length).DefaultIfEmpty().Max();
        var nameWidthMax = Math.Max(NameWidthMin, width - s_columns.Take(ColumnCountMin).Sum(column => column.Width));
        var nameWidth = Math.Clamp(longest, NameWidthMin, nameWidthMax);
        var columnCount = 0;
        for (var used = nameWidth; columnCount < s_columns.Length; columnCount++)
        {
            used += s_columns[columnCount].Width;
            if (used > width)
            {
                break;
            }
        }

        var columns = s_columns.AsSpan(0, columnCount).ToArray();
        yield return columns.Aggregate(
            new Line().Left("", nameWidth),
            (line, column) => line.Right(column.Title, column.Width, Tone.Muted));

        // The last row that fits says how many do not.
        var room = height - 1;
        var shown = operations.Count <= room ? operations.Count : Math.Max(0, room - 1);
        foreach (var operation in operations.Take(shown))
        {
            yield return Row(operation, nameWidth, columns);
        }

        if (shown < operations.Count)
        {
            yield return new Line().Add($"and {operations.Count - shown} more", Tone.Muted);
        }
    }

    private static Line Row(
        OperationReport operation,
        int nameWidth,
        (string Title, int Width, Func<OperationReport, string> Figure)[] columns) => columns.Aggregate(
            new Line().Left(operation.Name, nameWidth),
            (line, column) => line.Right(
                column.Figure(operation),
                column.Width,
                column.Title == "failed" && operation.Failed > 0 ? Tone.Bad : Tone.Plain));
}
