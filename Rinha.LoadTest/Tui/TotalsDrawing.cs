using Rinha.LoadTest.Collect;
using Rinha.LoadTest.Output;

namespace Rinha.LoadTest.Tui;

/// <summary>The figures one looks at first, of the whole run or of its newest seconds; the first matter most.</summary>
internal sealed class TotalsDrawing : Drawing
{
    private readonly (string Name, string Figure, Tone Tone)[] _rows;

    /// <summary>The whole run so far.</summary>
    public TotalsDrawing(LiveSnapshot snapshot)
    {
        var rate = snapshot.Elapsed > 0 ? snapshot.Completed / snapshot.Elapsed : 0;
        _rows = Rows(
            (RunProgress.Done(snapshot), rate, snapshot.Failed),
            Figures.Duration(snapshot.Latency.P50),
            Figures.Duration(snapshot.Latency.P99),
            Figures.Duration(snapshot.Latency.Max));
    }

    /// <summary>Some seconds of it; the signs say how their percentiles relate to the exact ones.</summary>
    public TotalsDrawing(WindowStats window)
    {
        var (about, atMost) = window.Seconds > 1 ? ("≈ ", "≤ ") : ("", "");
        _rows = Rows(
            (window.Completed + window.Failed, window.Rate, window.Failed),
            about + Figures.Duration(window.P50),
            atMost + Figures.Duration(window.P99),
            Figures.Duration(window.Max));
    }

    /// <inheritdoc/>
    protected override IEnumerable<Line> Draw(int width, int height)
    {
        const int NameWidth = 9;
        foreach (var (name, figure, tone) in _rows)
        {
            // What fits: a count with its share, or the count.
            var text = figure.Length <= width - NameWidth ? figure : figure.Split(" = ")[0];
            yield return new Line().Left(name, NameWidth, Tone.Muted).Right(text, width - NameWidth, tone);
        }
    }

    private static (string Name, string Figure, Tone Tone)[] Rows(
        (long Requests, double Rate, long Failed) counts, string p50, string p99, string max) =>
    [
        ("rate", Figures.Rate(counts.Rate) + "/s", Tone.Strong),
        ("p99", p99, Tone.Strong),
        ("failed", Failed(counts.Requests, counts.Failed), counts.Failed > 0 ? Tone.Bad : Tone.Good),
        ("p50", p50, Tone.Plain),
        ("max", max, Tone.Plain),
        ("requests", Figures.Count(counts.Requests), Tone.Plain),
    ];

    private static string Failed(long requests, long failed) => failed > 0
        ? $"{Figures.Count(failed)} = {Figures.Percent((double)failed / requests)}"
        : "0";
}
