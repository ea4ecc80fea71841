namespace Rinha.LoadTest.Output.Charts;

/// <summary>A line of a chart.</summary>
/// <param name="Name">What the legend says.</param>
/// <param name="Style">The style sheet's class that gives its colour: <c>s-p50</c>.</param>
/// <param name="Points">From left to right.</param>
/// <param name="Dashed">Whether it is drawn behind the others, dashed: another run's.</param>
/// <param name="Filled">Whether the area under it is tinted.</param>
/// <param name="Dots">Whether its points stand by themselves instead of being joined.</param>
internal sealed record ChartLine(
    string Name,
    string Style,
    IReadOnlyList<ChartPoint> Points,
    bool Dashed = false,
    bool Filled = false,
    bool Dots = false);
