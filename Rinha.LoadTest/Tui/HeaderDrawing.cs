using Rinha.LoadTest.Collect;
using Rinha.LoadTest.Output;

namespace Rinha.LoadTest.Tui;

/// <summary>What runs, how it stands and how far it has come: a line of words and a progress bar.</summary>
internal sealed class HeaderDrawing(LiveSnapshot snapshot, ViewState view) : Drawing
{
    // " 100%  1:00:00 left"
    private const int TailWidth = 20;

    /// <inheritdoc/>
    protected override IEnumerable<Line> Draw(int width, int height)
    {
        yield return Heading(width);
        yield return Bar(width);
    }

    private Line Heading(int width)
    {
        var (phase, tone) = (view, snapshot.Phase) switch
        {
            ({ Ending: true }, _) => ("ending", Tone.Warning),
            ({ Paused: true }, _) => ("paused", Tone.Warning),
            (_, "warm-up" or "paused") => (snapshot.Phase, Tone.Warning),
            _ => (snapshot.Phase, Tone.Good),
        };
        var line = new Line().Add(" rinha load", Palette.Title).Add("  " + phase, tone).Add("  " + Extent());
        var underWay = $"{Figures.Count(snapshot.InFlight)} under way ";
        return underWay.Length < width - line.Width ? line.Right(underWay, width - line.Width, Tone.Muted) : line;
    }

    private string Extent() => snapshot switch
    {
        { Duration: { } duration } => $"{RunProgress.Clock(snapshot.Elapsed)} of {RunProgress.Clock(duration)}",
        { Iterations: { } iterations } =>
            $"{RunProgress.Clock(snapshot.Elapsed)}, {Figures.Count(RunProgress.Done(snapshot))}"
            + $" of {Figures.Count(iterations)} requests",
        _ => RunProgress.Clock(snapshot.Elapsed),
    };

    private Line Bar(int width)
    {
        if (RunProgress.Share(snapshot) is not { } share)
        {
            return new Line().Add(" until q is pressed", Tone.Muted);
        }

        // Two characters and not one in two colours: a terminal may have none.
        var barWidth = Math.Max(0, width - TailWidth - 2);
        var doneWidth = (int)(share * barWidth);
        var left = RunProgress.SecondsLeft(snapshot) is { } seconds ? RunProgress.Clock(seconds) + " left" : "";
        return new Line()
            .Add(" ")
            .Repeat('━', doneWidth, Palette.Bar)
            .Repeat('─', barWidth - doneWidth, Palette.Border)
            .Right($"{(int)(share * 100)}%", 5, Tone.Strong)
            .Right(left, TailWidth - 4, Tone.Muted);
    }
}
