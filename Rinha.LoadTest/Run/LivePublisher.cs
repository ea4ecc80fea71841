using Rinha.LoadTest.Collect;
using Rinha.LoadTest.Http;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Run;

/// <summary>Makes a snapshot of the running test some times a second, on a thread of its own.</summary>
internal sealed class LivePublisher : IDisposable
{
    private const double NanosecondsPerSecond = 1e9;
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(200);

    private readonly LiveExchange _exchange;
    private readonly RunControl _control;
    private readonly double? _durationSeconds;
    private readonly long? _iterations;
    private readonly TimeSpan _interval;
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;
    private readonly long _startedAtNs = Clock.NowNs;
    private long _nowNs = Clock.NowNs;

    /// <param name="exchange">Where the numbers come from.</param>
    /// <param name="control">Where the snapshots go.</param>
    /// <param name="framesPerSecond">How often; 1 or more.</param>
    /// <param name="duration">How long the run will take, if that is known.</param>
    /// <param name="iterations">How many requests it will make, if that is known.</param>
    public LivePublisher(
        LiveExchange exchange, RunControl control, int framesPerSecond, TimeSpan? duration, long? iterations)
    {
        _exchange = exchange;
        _control = control;
        _durationSeconds = duration?.TotalSeconds;
        _iterations = iterations;
        _interval = TimeSpan.FromSeconds(1.0 / framesPerSecond);
        _thread = new Thread(Run) { Name = "live publisher", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Ends the thread; the last snapshot stays.</summary>
    public void Dispose()
    {
        _stop.Set();
        _thread.Join();
        _stop.Dispose();
    }

    private void Run()
    {
        while (!_stop.Wait(_interval))
        {
            if (_exchange.Ask(s_patience))
            {
                _control.Latest = Snapshot(_exchange.Copy);
            }
        }
    }

    private LiveSnapshot Snapshot(RunRecorder copy)
    {
        var sinceNs = copy.StartedAtNs == 0 ? _startedAtNs : copy.StartedAtNs;
        if (_exchange.Phase != LoadRun.PausedPhase)
        {
            _nowNs = Clock.NowNs;
        }

        var elapsed = Math.Max(_nowNs - sinceNs, 0) / NanosecondsPerSecond;
        return new LiveSnapshot
        {
            Phase = _exchange.Phase,
            Elapsed = elapsed,
            Duration = _durationSeconds,
            Iterations = _iterations,
            Completed = copy.Completed,
            Failed = copy.Failed,
            InFlight = _exchange.InFlight,
            Statuses = copy.Statuses(),
            Failures = copy.Failures(),
            Latency = copy.TotalLatency(),
            Operations = copy.ToOperations(elapsed),
            Series = copy.Series,
        };
    }
}
