using Rinha.LoadTest.Output;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Progress;

// Shows a run's progress and forwards the user's commands to it. Runs on its caller's thread; the event loop
// runs on another. They share the RunControl and nothing else.
public interface IViewer
{
    int SnapshotsPerSecond { get; }

    // Returns when the run has ended, successfully or not; the caller observes its exception. Ctrl-C and SIGTERM end
    // the run early with a full report; a second signal ends the process at once.
    void Watch(RunControl control, Task run);
}

internal sealed class SilentViewer : IViewer
{
    public int SnapshotsPerSecond => 0;

    public void Watch(RunControl control, Task run)
    {
        using var signals = new StopSignals(control, beforeExit: () => { });

        Task.WaitAny(run); // Unlike Wait, leaves the run's exception to the caller.
    }
}

// Writes one progress line per interval without control codes, for pipes, log files and CI. Never writes to the
// report's output.
internal sealed class LineViewer(TextWriter log, TimeSpan interval) : IViewer
{
    public int SnapshotsPerSecond => 2;

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
