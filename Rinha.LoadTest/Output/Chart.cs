namespace Rinha.LoadTest.Output;

internal sealed record Chart : Block
{
    /// <summary>Unique in the report: <c>chart-rate</c>.</summary>
    public required string Id { get; init; }

    public required string Title { get; init; }

    /// <summary>What is on the axes.</summary>
    public required string Subtitle { get; init; }

    /// <summary>The chart in words, for readers who cannot see it.</summary>
    public required string Description { get; init; }

    public required AxisScale X { get; init; }

    public required AxisScale Y { get; init; }

    public required IReadOnlyList<ChartLine> Lines { get; init; }

    /// <summary>What pointing at a stretch of the horizontal axis tells.</summary>
    public IReadOnlyList<ChartHint> Hints { get; init; } = [];

    /// <summary>Width over height.</summary>
    public double Aspect { get; init; } = 2;

    /// <summary>Whether the text report draws it too, by its dots.</summary>
    public bool InText { get; init; }
}

internal enum LineColor
{
    Rate,
    P50,
    P90,
    P99,
    Max,
    Kept,
    Failed,
}

/// <param name="Dashed">Whether it is drawn behind the others, dashed: another run's.</param>
/// <param name="Filled">Whether the area under it is tinted.</param>
/// <param name="Dots">Whether its points stand by themselves instead of being joined.</param>
internal sealed record ChartLine(
    string Name,
    LineColor Color,
    IReadOnlyList<ChartPoint> Points,
    bool Dashed = false,
    bool Filled = false,
    bool Dots = false);

/// <summary>A point in the axes' units; <see cref="Y"/> is NaN where the line has a gap.</summary>
internal readonly record struct ChartPoint(double X, double Y);

internal sealed record ChartHint(double From, double To, string Text);

/// <summary>A mark on an axis; an unimportant one gives way when there is little room.</summary>
internal sealed record AxisTick(double Value, string Label, bool Important = true);
