using Rinha.LoadTest.Output;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Tui;

/// <summary>The most frequent failures; with their first cases where there is room for them.</summary>
internal sealed class FailuresDrawing(IReadOnlyList<FailureReport> failures) : Drawing
{
    /// <summary>How many kinds are shown at most.</summary>
    public const int KindCountMax = 5;

    private const int CountWidth = 8;
    private const int KindWidth = 22; // "closed before answer" and a gap
    private const int ExampleWidthMin = 20;

    /// <inheritdoc/>
    protected override IEnumerable<Line> Draw(int width, int height) => failures.Count == 0
        ? [new Line().Add("none", Tone.Good)]
        : failures.Take(KindCountMax).Select(failure => Row(failure, width));

    private static Line Row(FailureReport failure, int width)
    {
        var exampleWidth = width - CountWidth - 1 - KindWidth;
        var kindWidth = exampleWidth >= ExampleWidthMin ? KindWidth : width - CountWidth - 1;
        var line = new Line()
            .Right(Figures.Count(failure.Count), CountWidth, Tone.Bad)
            .Add(" ")
            .Left(Words.Failure(failure.Kind), kindWidth);

        return exampleWidth >= ExampleWidthMin ? line.AddForeign(failure.Example, exampleWidth, Tone.Muted) : line;
    }
}
