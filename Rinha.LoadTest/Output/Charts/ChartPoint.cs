namespace Rinha.LoadTest.Output.Charts;

/// <summary>A point of a line.</summary>
/// <param name="X">In the horizontal axis's unit.</param>
/// <param name="Y">In the vertical axis's unit; NaN where the line has a gap.</param>
internal readonly record struct ChartPoint(double X, double Y);
