namespace Rinha.LoadTest.Tui;

/// <summary>Drawings above each other, each with its rows.</summary>
internal sealed class Stacked(IEnumerable<(Drawing Drawing, int Rows)> bands) : Drawing
{
    /// <inheritdoc/>
    protected override IEnumerable<Line> Draw(int width, int height) =>
        bands.SelectMany(band => band.Drawing.Lines(width, band.Rows));
}
