using Rinha.LoadTest.Output;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Collect;

/// <summary>
/// Shows a run while it runs and passes on what the person in front of it wants. It works on its caller's thread, the
/// engine on another; they share the <see cref="RunControl"/> and nothing else.
/// </summary>
public interface ICollector
{
    /// <summary>
    /// Shows the run until <paramref name="run"/> has completed, and returns then, however the run ended: its result or
    /// its exception is the caller's to look at. Ctrl-C and SIGTERM end the run early with a full report; a second one
    /// ends the process at once.
    /// </summary>
    void Watch(RunControl control, Task run);
}

/// <summary>Shows nothing; the run can still be ended early.</summary>
internal sealed class SilentCollector : ICollector
{
    public void Watch(RunControl control, Task run)
    {
        using var signals = new StopSignals(control, beforeExit: () => { });

        // WaitAny, because Wait would throw the run's exception here and not where the caller looks at it.
        Task.WaitAny(run);
    }
}

/// <summary>
/// Writes a line of progress at a steady interval, without any control codes: for pipes, log files and CI. It does not
/// write to the report's output, which stays clean.
/// </summary>
internal sealed class LineCollector(TextWriter log, TimeSpan interval) : ICollector
{
    public void Watch(RunControl control, Task run)
    {
        using var signals = new StopSignals(control, beforeExit: () => { });
        var clock = Stopwatch.StartNew();
        LiveSnapshot? shown = null;
        for (var due = interval; !Ended(run, due - clock.Elapsed); due += interval)
        {
            if (control.Latest is { } snapshot && !ReferenceEquals(snapshot, shown))
            {
                log.WriteLine(ProgressLine.Of(snapshot));
                log.Flush();
                shown = snapshot;
            }
        }
    }

    // WaitAny, because Wait would throw the run's exception here and not where the caller looks at it.
    private static bool Ended(Task run, TimeSpan wait) =>
        Task.WaitAny([run], wait > TimeSpan.Zero ? wait : TimeSpan.Zero) == 0;
}

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
            .Append($"{Extent(snapshot),13}  {snapshot.Phase}  {Format.Count(last.Completed),7}/s")
            .Append($"  p50 {Format.Duration(last.P50),6}  p99 {Format.Duration(last.P99),6}")
            .Append($"  failed {Format.Count(snapshot.Failed)}");
        foreach (var (status, count) in snapshot.Statuses.OrderBy(pair => pair.Key))
        {
            line.Append($"  {status}: {Format.Count(count)}");
        }

        return line.ToString();
    }

    private static string Extent(LiveSnapshot snapshot) => snapshot switch
    {
        { Duration: { } duration } => $"{RunProgress.Clock(snapshot.Elapsed)}/{RunProgress.Clock(duration)}",
        { Iterations: { } iterations } => $"{Format.Count(RunProgress.Done(snapshot))}/{Format.Count(iterations)}",
        _ => RunProgress.Clock(snapshot.Elapsed),
    };
}
