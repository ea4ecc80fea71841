using Rinha.LoadTest.Http;
using Rinha.LoadTest.Progress;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Run;

// Publishes a snapshot of the run several times a second. The event loop's thread only copies the counters, on request
// (about 50 µs); this class's own thread computes percentiles and texts (about 1 ms, for which no request may wait).
internal sealed class LivePublisher : IDisposable
{
    private const double NanosecondsPerSecond = 1e9;
    private static readonly TimeSpan s_copyTimeout = TimeSpan.FromMilliseconds(200);

    private readonly RunRecorder _copy;
    private readonly RunControl _control;
    private readonly double? _durationSeconds;
    private readonly long? _iterations;
    private readonly TimeSpan _interval;
    private readonly ManualResetEventSlim _stop = new();
    private readonly ManualResetEventSlim _copied = new();
    private readonly Thread _thread;
    private readonly long _startedAtNs = Clock.NowNs;
    private volatile bool _requested;
    private string _phase = "warm-up";
    private int _inFlight;
    private long _nowNs = Clock.NowNs;

    private LivePublisher(
        RunRecorder copy, RunControl control, int snapshotsPerSecond, TimeSpan? duration, long? iterations)
    {
        _copy = copy;
        _control = control;
        _durationSeconds = duration?.TotalSeconds;
        _iterations = iterations;
        _interval = TimeSpan.FromSeconds(1.0 / snapshotsPerSecond);
        _thread = new Thread(Run) { Name = "live publisher", IsBackground = true };
        _thread.Start();
    }

    public static LivePublisher? Start(
        RunRecorder copy, RunControl control, int snapshotsPerSecond, TimeSpan? duration, long? iterations = null) =>
        snapshotsPerSecond > 0 ? new LivePublisher(copy, control, snapshotsPerSecond, duration, iterations) : null;

    public void PublishIfRequested(RunRecorder recorder, string phase, int inFlight)
    {
        if (!_requested)
        {
            return;
        }

        _requested = false;
        recorder.CopyTo(_copy);
        _phase = phase;
        _inFlight = inFlight;
        _copied.Set();
    }

    public void Dispose()
    {
        _stop.Set();
        _thread.Join();
        _stop.Dispose();
        _copied.Dispose();
    }

    private void Run()
    {
        LibC.YieldToAll();
        while (!_stop.Wait(_interval))
        {
            _copied.Reset();
            _requested = true;
            if (_copied.Wait(s_copyTimeout))
            {
                _control.Latest = Snapshot();
            }
        }
    }

    private LiveSnapshot Snapshot()
    {
        if (_phase != LoadRun.PausedPhase)
        {
            _nowNs = Clock.NowNs;
        }

        var sinceNs = _copy.StartedAtNs == 0 ? _startedAtNs : _copy.StartedAtNs;
        var elapsed = Math.Max(_nowNs - sinceNs, 0) / NanosecondsPerSecond;
        return new LiveSnapshot
        {
            Phase = _phase,
            Elapsed = elapsed,
            Duration = _durationSeconds,
            Iterations = _iterations,
            Completed = _copy.Completed,
            Failed = _copy.Failed,
            InFlight = _inFlight,
            Statuses = _copy.Statuses(),
            Failures = _copy.Failures(),
            Latency = _copy.TotalLatency(),
            Operations = _copy.ToOperations(elapsed),
            Series = _copy.Series,
        };
    }
}
