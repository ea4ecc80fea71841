using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Run;

/// <summary>
/// Hands a running test's numbers from the engine's thread to the one that shows them. The engine only copies, and only
/// when asked: some 50 µs. Percentiles and texts, a millisecond's work, are the other thread's.
/// </summary>
/// <param name="copy">A recorder of the same operations, to copy into.</param>
internal sealed class LiveExchange(RunRecorder copy) : IDisposable
{
    private readonly ManualResetEventSlim _served = new();
    private volatile bool _requested;

    /// <summary>The copy; the asking thread's from the end of <see cref="Ask"/> to the next one.</summary>
    public RunRecorder Copy { get; } = copy;

    /// <summary>What the run was doing.</summary>
    public string Phase { get; private set; } = "warm-up";

    /// <summary>Requests under way.</summary>
    public int InFlight { get; private set; }

    /// <summary>Asks for a fresh copy and waits for it.</summary>
    /// <returns><see langword="false"/> if the engine did not come by within the time.</returns>
    public bool Ask(TimeSpan timeout)
    {
        _served.Reset();
        _requested = true;
        return _served.Wait(timeout);
    }

    /// <summary>Serves the asking thread, if one waits; called by the engine at every turn.</summary>
    public void Serve(RunRecorder recorder, string phase, int inFlight)
    {
        if (!_requested)
        {
            return;
        }

        _requested = false;
        recorder.CopyTo(Copy);
        Phase = phase;
        InFlight = inFlight;
        _served.Set();
    }

    /// <inheritdoc/>
    public void Dispose() => _served.Dispose();
}
