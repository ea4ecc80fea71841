using Rinha.LoadTest.Output;

namespace Rinha.LoadTest.Tui;

/// <summary>How many answers had which status, with bars for their shares.</summary>
internal sealed class StatusesDrawing(IReadOnlyDictionary<int, long> statuses) : Drawing
{
    private const int StatusWidth = 4;
    private const int CountWidth = 11;
    private const int ShareWidth = 8;
    private const int BarWidthMin = 6;

    /// <inheritdoc/>
    protected override IEnumerable<Line> Draw(int width, int height)
    {
        if (statuses.Count == 0)
        {
            return [new Line().Add("no answers yet", Tone.Muted)];
        }

        // The most frequent ones fit; in the order of their numbers they keep their places.
        var total = statuses.Values.Sum();
        return statuses
            .OrderByDescending(pair => pair.Value)
            .Take(height)
            .OrderBy(pair => pair.Key)
            .Select(pair => Row(pair.Key, pair.Value, (double)pair.Value / Math.Max(1, total), width));
    }

    private static Line Row(int status, long count, double share, int width)
    {
        var tone = Words.StatusTone(status);
        var barWidth = width - StatusWidth - CountWidth - ShareWidth;
        var line = new Line().Left($"{status}", StatusWidth, tone);

        // Without the count there is room for a bar; the share tells the rest.
        return barWidth < BarWidthMin
            ? line.Add(Blocks.Bar(share, barWidth + CountWidth), tone).Right(Figures.Percent(share), ShareWidth)
            : line.Add(Blocks.Bar(share, barWidth), tone)
                .Right(Figures.Count(count), CountWidth)
                .Right(Figures.Percent(share), ShareWidth);
    }
}
