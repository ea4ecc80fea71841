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
