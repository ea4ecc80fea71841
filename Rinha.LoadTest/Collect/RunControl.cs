namespace Rinha.LoadTest.Collect;

/// <summary>
/// What the person in front of a run can tell it, and what it shows: the only thing that its two threads share.
/// </summary>
public sealed class RunControl
{
    private volatile bool _stopRequested;
    private volatile bool _paused;
    private volatile LiveSnapshot? _latest;

    /// <summary>Whether the run is to end now, with a full report.</summary>
    public bool StopRequested => _stopRequested;

    /// <summary>Whether the run starts no requests for the moment.</summary>
    public bool Paused => _paused;

    public LiveSnapshot? Latest
    {
        get => _latest;
        set => _latest = value;
    }

    public void Stop() => _stopRequested = true;

    /// <summary>Pauses the run, or lets it go on.</summary>
    public void TogglePause() => _paused = !_paused;
}

// Turns Ctrl-C and SIGTERM into an early end of the run, as long as this object lives. Once the run is to end, by
// whatever means, a further signal is left to its usual effect: the process ends at once. Signals arrive on a thread
// of the runtime.
internal sealed class StopSignals : IDisposable
{
    // timeout(1) signals its child and then the whole process group, so that one wish arrives twice.
    private static readonly TimeSpan s_echoTime = TimeSpan.FromMilliseconds(250);

    private readonly RunControl _control;
    private readonly Action _beforeExit;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private long? _stoppedAt;

    // Listens from now on; beforeExit runs before a signal ends the process.
    public StopSignals(RunControl control, Action beforeExit, TimeProvider? time = null)
    {
        _control = control;
        _beforeExit = beforeExit;
        _time = time ?? TimeProvider.System;
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Receive);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Receive);
    }

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
    }

    // Takes one signal: cancels its usual effect, or leaves the process to it.
    internal void Receive(PosixSignalContext context)
    {
        lock (_lock)
        {
            if (!_control.StopRequested)
            {
                _control.Stop();
                _stoppedAt = _time.GetTimestamp();
            }
            else if (_stoppedAt is not { } stoppedAt || _time.GetElapsedTime(stoppedAt) >= s_echoTime)
            {
                _beforeExit();
                return;
            }

            context.Cancel = true;
        }
    }
}
