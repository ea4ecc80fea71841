namespace Rinha.LoadTest.Collect;

/// <summary>Shows nothing; the run can still be ended early.</summary>
internal sealed class SilentCollector : ICollector
{
    /// <inheritdoc/>
    public void Watch(RunControl control, Task run)
    {
        using var signals = new StopSignals(control, beforeExit: () => { });

        // WaitAny, because Wait would throw the run's exception here and not where the caller looks at it.
        Task.WaitAny(run);
    }
}
