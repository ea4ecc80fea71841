using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Tests.Output.Samples;

/// <summary>Seconds of a run around a rate and a median latency in seconds, with a pause now and then.</summary>
internal static class SampleSeries
{
    public static IReadOnlyList<SecondReport> Of(int seconds, double rate, double median, bool failing = false) =>
        [.. Enumerable.Range(0, seconds).Select(second => At(second, rate, median, failing))];

    /// <summary>Seconds in which nothing was answered.</summary>
    public static IReadOnlyList<SecondReport> Silent(int seconds) =>
        [.. Enumerable.Range(0, seconds).Select(second => new SecondReport(second, 0, 4, 0, 0, 0))];

    private static SecondReport At(int second, double rate, double median, bool failing)
    {
        var wave = 1 + 0.04 * Math.Sin(second * 0.9) + 0.02 * Math.Sin(second * 2.3);
        var pause = second % 23 == 17 ? 6 : 1;
        return new SecondReport(
            second,
            (long)(rate * wave / (pause > 1 ? 1.2 : 1)),
            failing && second % 11 == 5 ? 7 : 0,
            Math.Round(median / wave, 7),
            Math.Round(median * 4.2 / wave * (pause > 1 ? 1.8 : 1), 7),
            Math.Round(median * 15 * pause * (1 + 0.5 * Math.Sin(second * 1.7)), 7),
            Math.Round(median * 2.1 / wave, 7));
    }
}
