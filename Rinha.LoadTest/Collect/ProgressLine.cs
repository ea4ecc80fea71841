using System.Text;
using Rinha.LoadTest.Output;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Collect;

/// <summary>A moment of a run in one line of plain text, for logs.</summary>
internal static class ProgressLine
{
    /// <summary>
    /// Elapsed and total, phase, the rate and the latencies of the last finished second, and the run's failures and
    /// statuses so far.
    /// </summary>
    public static string Of(LiveSnapshot snapshot)
    {
        var last = snapshot.Series.Count > 0 ? snapshot.Series[^1] : new SecondReport(0, 0, 0, 0, 0, 0);
        var line = new StringBuilder()
            .Append($"{Extent(snapshot),13}  {snapshot.Phase}  {Figures.Count(last.Completed),7}/s")
            .Append($"  p50 {Figures.Duration(last.P50),6}  p99 {Figures.Duration(last.P99),6}")
            .Append($"  failed {Figures.Count(snapshot.Failed)}");
        foreach (var (status, count) in snapshot.Statuses.OrderBy(pair => pair.Key))
        {
            line.Append($"  {status}: {Figures.Count(count)}");
        }

        return line.ToString();
    }

    private static string Extent(LiveSnapshot snapshot) => snapshot switch
    {
        { Duration: { } duration } => $"{RunProgress.Clock(snapshot.Elapsed)}/{RunProgress.Clock(duration)}",
        { Iterations: { } iterations } => $"{Figures.Count(RunProgress.Done(snapshot))}/{Figures.Count(iterations)}",
        _ => RunProgress.Clock(snapshot.Elapsed),
    };
}
