namespace Rinha.LoadTest.Output.Charts;

/// <summary>A line chart, before it is drawn.</summary>
internal sealed record LineChart
{
    /// <summary>Of the element, unique on the page: <c>chart-rate</c>.</summary>
    public required string Id { get; init; }

    public required string Title { get; init; }

    /// <summary>What is on the axes.</summary>
    public required string Subtitle { get; init; }

    /// <summary>The chart in words, for those who cannot see it.</summary>
    public required string Description { get; init; }

    public required AxisScale X { get; init; }

    public required AxisScale Y { get; init; }

    public required IReadOnlyList<ChartLine> Lines { get; init; }

    /// <summary>What pointing at a place of the horizontal axis tells.</summary>
    public IReadOnlyList<ChartHint> Hints { get; init; } = [];

    /// <summary>Width over height.</summary>
    public double Aspect { get; init; } = 2;
}
