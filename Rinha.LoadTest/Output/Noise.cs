using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output;

// How far a figure of two equal runs may differ by chance: three standard errors of the difference of their means, as a
// share. The standard error comes from each run's seconds. Neighbouring seconds resemble each other, so they are
// averaged in up to ten blocks first (batch means). What differs between the runs as a whole is invisible to it.
internal static class Noise
{
    public const int SecondsMin = 5;

    private const int BlocksMax = 10;
    private const double StandardErrors = 3;
    private const double Resolution = 0.001; // Of the recorded latencies: three digits.

    // Null if a run is too short. figure: NaN for a second without it.
    public static double? Of(RunReport before, RunReport now, Func<SecondReport, double> figure) =>
        (StandardError(before, figure), StandardError(now, figure)) is ({ } one, { } other)
            ? Math.Max(Resolution, StandardErrors * double.Hypot(one, other))
            : null;

    private static double? StandardError(RunReport run, Func<SecondReport, double> figure)
    {
        var seconds = RunCharts.CompleteSeconds(run).Select(figure).Where(double.IsFinite).ToArray();
        if (seconds.Length < SecondsMin || seconds.Average() <= 0)
        {
            return null;
        }

        var count = Math.Min(BlocksMax, seconds.Length);
        var blocks = seconds.Index().GroupBy(second => second.Index * count / seconds.Length, second => second.Item)
            .Select(block => block.Average()).ToArray();
        var mean = blocks.Average();
        var variance = blocks.Sum(block => (block - mean) * (block - mean)) / (count - 1);
        return Math.Sqrt(variance / count) / mean;
    }
}
