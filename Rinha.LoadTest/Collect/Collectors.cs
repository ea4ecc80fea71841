using Rinha.LoadTest.Output;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Collect;

// Shows a run, and passes on what its user wants. Works on its caller's thread, the engine on another; they share the
// RunControl and nothing else.
public interface ICollector
{
    int SnapshotsPerSecond { get; }

    // Returns when the run has completed, also by an exception, which is the caller's to look at. Ctrl-C and SIGTERM
    // end the run early with a full report; a second one ends the process at once.
    void Watch(RunControl control, Task run);
}

internal sealed class SilentCollector : ICollector
{
    public int SnapshotsPerSecond => 0;

    public void Watch(RunControl control, Task run)
    {
        using var signals = new StopSignals(control, beforeExit: () => { });

        // WaitAny, because Wait would throw the run's exception here and not where the caller looks at it.
        Task.WaitAny(run);
    }
}

// Writes a line of progress at a steady interval, without any control codes: for pipes, log files and CI. It does not
// write to the report's output, which stays clean.
internal sealed class LineCollector(TextWriter log, TimeSpan interval) : ICollector
{
    public int SnapshotsPerSecond => 4;

    public void Watch(RunControl control, Task run)
    {
        using var signals = new StopSignals(control, beforeExit: () => { });
        LiveSnapshot? shown = null;
        while (Task.WaitAny([run], interval) != 0)
        {
            if (control.Latest is { } snapshot && !ReferenceEquals(snapshot, shown))
            {
                log.WriteLine(ProgressLine.Of(snapshot));
                log.Flush();
                shown = snapshot;
            }
        }
    }
}

internal static class ProgressLine
{
    public static string Of(LiveSnapshot snapshot)
    {
        var last = snapshot.Series.Count > 0 ? snapshot.Series[^1] : new SecondReport(0, 0, 0, 0, 0, 0);
        var line = new StringBuilder()
            .Append($"{Progress(snapshot),13}  {snapshot.Phase}  {Format.Count(last.Completed),7}/s")
            .Append($"  p50 {Format.Duration(last.P50),6}  p99 {Format.Duration(last.P99),6}")
            .Append($"  failed {Format.Count(snapshot.Failed)}");
        foreach (var (status, count) in snapshot.Statuses.OrderBy(pair => pair.Key))
        {
            line.Append($"  {status}: {Format.Count(count)}");
        }

        return line.ToString();
    }

    private static string Progress(LiveSnapshot snapshot) => snapshot switch
    {
        { Duration: { } duration } => $"{RunProgress.FormatTime(snapshot.Elapsed)}/{RunProgress.FormatTime(duration)}",
        { Iterations: { } iterations } => $"{Format.Count(RunProgress.Finished(snapshot))}/{Format.Count(iterations)}",
        _ => RunProgress.FormatTime(snapshot.Elapsed),
    };
}
