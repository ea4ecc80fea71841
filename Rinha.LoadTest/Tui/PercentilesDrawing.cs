using Rinha.LoadTest.Output;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Tui;

/// <summary>The run's latency in figures, with bars in proportion to the longest.</summary>
internal sealed class PercentilesDrawing(LatencyReport latency) : Drawing
{
    private const int NameWidth = 7;
    private const int FigureWidth = 9;

    /// <inheritdoc/>
    protected override IEnumerable<Line> Draw(int width, int height)
    {
        (string Name, double Seconds)[] rows =
        [
            ("p50", latency.P50),
            ("p75", latency.P75),
            ("p90", latency.P90),
            ("p95", latency.P95),
            ("p99", latency.P99),
            ("p99.9", latency.P999),
            ("p99.99", latency.P9999),
            ("max", latency.Max),
            ("mean", latency.Mean),
            ("stddev", latency.StandardDeviation),
        ];
        var barWidth = width - NameWidth - FigureWidth - 1;
        return rows.Select(row => new Line()
            .Left(row.Name, NameWidth, Tone.Muted)
            .Right(Figures.Duration(row.Seconds), FigureWidth)
            .Add(" ")
            .Add(Blocks.Bar(latency.Max > 0 ? row.Seconds / latency.Max : 0, barWidth), Palette.Bar));
    }
}
