using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Progress;

// The user's commands to a run, and its latest snapshot: all that the event loop's and viewer's threads share.
public sealed class RunControl
{
    private volatile bool _stopRequested;
    private volatile bool _paused;
    private volatile LiveSnapshot? _latest;

    public bool StopRequested => _stopRequested;

    public bool Paused => _paused;

    public LiveSnapshot? Latest
    {
        get => _latest;
        set => _latest = value;
    }

    public void Stop() => _stopRequested = true;

    public void TogglePause() => _paused = !_paused;
}

// Turns Ctrl-C and SIGTERM into an early end of the run. While the run is ending, a further signal has its default
// effect: the process exits at once. Handlers run on a runtime thread.
internal sealed class StopSignals : IDisposable
{
    // timeout(1) signals its child, then the whole process group: one request arrives twice.
    private static readonly TimeSpan s_duplicateWindow = TimeSpan.FromMilliseconds(250);

    private readonly RunControl _control;
    private readonly Action _beforeExit;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private long? _stoppedAt;

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

    internal void Receive(PosixSignalContext context)
    {
        lock (_lock)
        {
            if (!_control.StopRequested)
            {
                _control.Stop();
                _stoppedAt = _time.GetTimestamp();
            }
            else if (_stoppedAt is not { } stoppedAt || _time.GetElapsedTime(stoppedAt) >= s_duplicateWindow)
            {
                _beforeExit();
                return;
            }

            context.Cancel = true;
        }
    }
}

// The state of a run at one moment; immutable.
public sealed record LiveSnapshot
{
    public required string Phase { get; init; }

    public required double Elapsed { get; init; }
    public required double? Duration { get; init; }

    // Requests the run will make, if it ends by count.
    public required long? Iterations { get; init; }
    public required long Completed { get; init; }
    public required long Failed { get; init; }
    public required int InFlight { get; init; }
    public required IReadOnlyDictionary<int, long> Statuses { get; init; }
    public required IReadOnlyList<FailureReport> Failures { get; init; }
    public required LatencyReport Latency { get; init; }
    public required IReadOnlyList<OperationReport> Operations { get; init; }

    public required IReadOnlyList<SecondReport> Series { get; init; }
}

internal static class RunProgress
{
    public static long Finished(LiveSnapshot snapshot) => snapshot.Completed + snapshot.Failed;

    // The completed share of the run, 0 to 1; null if the run has no known end.
    public static double? Share(LiveSnapshot snapshot) => snapshot switch
    {
        { Duration: > 0 and { } duration } => Math.Clamp(snapshot.Elapsed / duration, 0, 1),
        { Iterations: > 0 and { } iterations } => Math.Clamp((double)Finished(snapshot) / iterations, 0, 1),
        _ => null,
    };

    // Extrapolates a counted run's end from its rate so far; null without data.
    public static double? SecondsLeft(LiveSnapshot snapshot) => (snapshot.Duration, Share(snapshot)) switch
    {
        ({ } duration, _) => Math.Max(0, duration - snapshot.Elapsed),
        (_, > 0 and { } share) => snapshot.Elapsed / share * (1 - share),
        _ => null,
    };

    // Seconds as m:ss, or h:mm:ss from an hour on.
    public static string FormatTime(double seconds)
    {
        // TimeSpan rejects non-finite values.
        var span = TimeSpan.FromSeconds(double.IsFinite(seconds) ? Math.Round(Math.Max(0, seconds)) : 0);
        return span.TotalHours >= 1
            ? string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalHours}:{span:mm\\:ss}")
            : span.ToString(@"m\:ss", CultureInfo.InvariantCulture);
    }
}
