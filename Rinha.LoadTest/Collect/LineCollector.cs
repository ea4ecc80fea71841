using System.Diagnostics;

namespace Rinha.LoadTest.Collect;

/// <summary>
/// Writes a line of progress at a steady interval, without any control codes: for pipes, log files and CI. It does not
/// write to the report's output, which stays clean.
/// </summary>
internal sealed class LineCollector(TextWriter log, TimeSpan interval) : ICollector
{
    /// <inheritdoc/>
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
