using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output;

// How far a figure of two equal runs may differ by chance, as a share: two standard deviations of the difference of
// a part of one run from a part of the other. The parts are up to ten blocks of consecutive seconds. Whole runs may
// differ as much as their parts do: a shared machine drifts, and drift does not average out.
internal static class Noise
{
    public const int SecondsMin = 5;

    private const int BlocksMax = 10;
    private const double Deviations = 2;
    private const double Resolution = 0.001; // Of the recorded latencies: three digits.

    // Null if a run is too short. figure: NaN for a second without it.
    public static double? Of(RunReport before, RunReport now, Func<SecondReport, double> figure) =>
        (Deviation(before, figure), Deviation(now, figure)) is ({ } one, { } other)
            ? Math.Max(Resolution, Deviations * double.Hypot(one, other))
            : null;

    private static double? Deviation(RunReport run, Func<SecondReport, double> figure)
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
        return Math.Sqrt(blocks.Sum(block => (block - mean) * (block - mean)) / (count - 1)) / mean;
    }
}
