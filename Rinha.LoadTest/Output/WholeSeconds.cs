using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output;

/// <summary>The part of a run's series that may be drawn as a rate.</summary>
internal static class WholeSeconds
{
    // A run of exactly 60 s takes a little more by the clock.
    private const double SlackSeconds = 0.01;

    /// <summary>
    /// The seconds that lasted a second. A last one that the end of the run cut short would look like a collapse of the
    /// server; it is left out, unless it is all there is.
    /// </summary>
    public static IReadOnlyList<SecondReport> Of(RunReport report)
    {
        var whole = report.Series.Where(second => second.Second + 1 <= report.Duration + SlackSeconds).ToArray();
        return whole.Length > 0 ? whole : report.Series;
    }
}
