using Rinha.LoadTest.Output;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Tui;

/// <summary>How many requests took how long, with the percentiles beside the bars they fall into.</summary>
internal sealed class HistogramDrawing(LatencyReport latency) : Drawing
{
    private const int BoundWidth = 8;
    private const int ShareWidth = 8;
    private const int MarkWidth = 8; // "p99-99.9"

    private readonly (string Name, double Seconds)[] _marks =
        [("50", latency.P50), ("90", latency.P90), ("99", latency.P99), ("99.9", latency.P999)];

    /// <inheritdoc/>
    protected override IEnumerable<Line> Draw(int width, int height)
    {
        var bars = Merged(latency.Histogram, height);
        if (bars.Count == 0)
        {
            return [new Line().Add("no answers yet", Tone.Muted)];
        }

        var barWidth = width - BoundWidth - 1 - ShareWidth - 1 - MarkWidth;
        var highest = bars.Max(bar => bar.Count);
        return bars.Select((bar, at) => new Line()
            .Right("≤ " + Figures.DurationTick(bar.UpToSeconds), BoundWidth, Tone.Muted)
            .Add(" ")
            .Add(Blocks.Bar((double)bar.Count / highest, barWidth), Palette.Bar)
            .Right(Figures.Percent((double)bar.Count / Math.Max(1, latency.Count)), ShareWidth)
            .Add(" ")
            .Left(Marks(at > 0 ? bars[at - 1].UpToSeconds : 0, bar.UpToSeconds), MarkWidth, Tone.Warning));
    }

    /// <summary>
    /// The bars from the first to the last with any requests, neighbours put together until they fit into so many rows.
    /// </summary>
    internal static IReadOnlyList<HistogramBar> Merged(IReadOnlyList<HistogramBar> bars, int rows)
    {
        var first = 0;
        var end = bars.Count;
        while (first < end && bars[first].Count == 0)
        {
            first++;
        }

        while (end > first && bars[end - 1].Count == 0)
        {
            end--;
        }

        var merged = bars.Skip(first).Take(end - first).ToList();
        while (merged.Count > Math.Max(1, rows))
        {
            // The pair with the fewest requests: where most of them are the picture keeps its detail.
            var pair = Enumerable.Range(0, merged.Count - 1).MinBy(at => merged[at].Count + merged[at + 1].Count);
            merged[pair] = merged[pair + 1] with { Count = merged[pair].Count + merged[pair + 1].Count };
            merged.RemoveAt(pair + 1);
        }

        return merged;
    }

    // A row's percentiles, or the first and the last of them: p50-99.9.
    private string Marks(double over, double upTo)
    {
        var text = "";
        foreach (var (name, seconds) in _marks)
        {
            if (seconds > over && seconds <= upTo)
            {
                text = text.Length == 0 ? "p" + name : text.Split('-')[0] + "-" + name;
            }
        }

        return text;
    }
}
