namespace Rinha.LoadTest.Tui;

/// <summary>Bars out of block characters, exact to an eighth of a character.</summary>
internal static class Blocks
{
    /// <summary>How many steps a character has.</summary>
    public const int Steps = 8;

    private const string Rising = " ▁▂▃▄▅▆▇█";
    private const string Widening = " ▏▎▍▌▋▊▉█";

    /// <summary>A character filled from below to so many eighths.</summary>
    public static char Column(int steps) => Rising[Math.Clamp(steps, 0, Steps)];

    /// <summary>
    /// A bar from the left that fills a share, 0 to 1, of a width in characters, with spaces up to that width. Whatever
    /// is more than nothing shows.
    /// </summary>
    public static string Bar(double share, int width)
    {
        var steps = StepsOf(share, width);
        return string.Create(Math.Max(0, width), steps, static (characters, steps) =>
        {
            for (var at = 0; at < characters.Length; at++)
            {
                characters[at] = Widening[Math.Clamp(steps - (at * Steps), 0, Steps)];
            }
        });
    }

    /// <summary>How many eighths a share, 0 to 1, of so many characters is; at least one of something.</summary>
    public static int StepsOf(double share, int characters) => share > 0
        ? Math.Max(1, (int)Math.Round(Math.Min(share, 1) * characters * Steps))
        : 0;
}
