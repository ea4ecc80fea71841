namespace Rinha.LoadTest.Output.Charts;

/// <summary>Figures that appear when one points at a stretch of the horizontal axis.</summary>
/// <param name="From">Its begin.</param>
/// <param name="To">Its end.</param>
/// <param name="Text">The figures.</param>
internal sealed record ChartHint(double From, double To, string Text);
