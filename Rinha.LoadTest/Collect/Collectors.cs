using Rinha.LoadTest.Tui;

namespace Rinha.LoadTest.Collect;

/// <summary>Which of the collectors suits a run.</summary>
public static class Collectors
{
    /// <summary>The highest frame rate; a person sees no more, and the machine is here to send requests.</summary>
    public const int FramesPerSecondMax = 60;

    /// <summary>The frame rate when none is asked for.</summary>
    public const int FramesPerSecondDefault = 10;

    /// <summary>
    /// Nothing at all when <paramref name="quiet"/>, a live screen when the output is a terminal that can show one, and
    /// otherwise a line of progress each second on the standard error.
    /// </summary>
    public static ICollector Choose(bool quiet, int framesPerSecond = FramesPerSecondDefault) => Choose(
        quiet,
        framesPerSecond,
        outputIsTerminal: !Console.IsOutputRedirected,
        terminalName: Environment.GetEnvironmentVariable("TERM"));

    internal static ICollector Choose(bool quiet, int framesPerSecond, bool outputIsTerminal, string? terminalName)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(framesPerSecond, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(framesPerSecond, FramesPerSecondMax);
        if (quiet)
        {
            return new SilentCollector();
        }

        // A terminal without a name or called dumb understands no control codes (terminfo's own convention).
        return outputIsTerminal && terminalName is not (null or "" or "dumb")
            ? new TuiCollector(framesPerSecond)
            : new LineCollector(Console.Error, TimeSpan.FromSeconds(1));
    }
}
