namespace Rinha.LoadTest.Output.Charts;

/// <summary>A chart of upright bars, before it is drawn.</summary>
internal sealed record BarChart
{
    /// <summary>Of the element, unique on the page.</summary>
    public required string Id { get; init; }

    public required string Title { get; init; }

    /// <summary>What is shown, and in what unit.</summary>
    public required string Subtitle { get; init; }

    /// <summary>From 0.</summary>
    public required AxisScale Y { get; init; }

    public required IReadOnlyList<ChartBar> Bars { get; init; }

    /// <summary>What the parts of a bar are, with the style of each; none where a bar has one part.</summary>
    public IReadOnlyList<(string Name, string Style)> Legend { get; init; } = [];

    /// <summary>The chart in words, for those who cannot see it.</summary>
    public string Description => string.Join("; ", Bars.Select(bar => $"{bar.Name} {bar.Label}")) + ".";
}
