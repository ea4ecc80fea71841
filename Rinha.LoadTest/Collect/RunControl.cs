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

    /// <summary>The newest snapshot; <see langword="null"/> before the first.</summary>
    public LiveSnapshot? Latest
    {
        get => _latest;
        set => _latest = value;
    }

    /// <summary>Ends the run.</summary>
    public void Stop() => _stopRequested = true;

    /// <summary>Pauses the run, or lets it go on.</summary>
    public void TogglePause() => _paused = !_paused;
}
