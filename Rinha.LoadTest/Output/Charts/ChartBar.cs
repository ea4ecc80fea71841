namespace Rinha.LoadTest.Output.Charts;

/// <summary>One bar.</summary>
/// <param name="Name">What stands below it.</param>
/// <param name="Label">Its figure, which stands above it.</param>
/// <param name="Parts">From below: what each adds, and its style.</param>
/// <param name="Dots">The single measurements that it is the median of.</param>
/// <param name="Hint">What pointing at it tells.</param>
internal sealed record ChartBar(
    string Name,
    string Label,
    IReadOnlyList<(double Value, string Style)> Parts,
    IReadOnlyList<double> Dots,
    string Hint)
{
    /// <summary>The sum of the parts.</summary>
    public double Height => Parts.Sum(part => part.Value);
}
