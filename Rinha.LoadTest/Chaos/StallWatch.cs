using Rinha.LoadTest.Http;

namespace Rinha.LoadTest.Chaos;

/// <summary>
/// Notes when this machine does not let the tester run: a thread that wants to wake up every millisecond, and wakes up
/// late. What the bank does not answer in such a moment is not held against it.
/// </summary>
internal sealed class StallWatch : IDisposable
{
    private const long LateNs = 2_000_000;
    private const long PauseNs = 1_000_000;

    private readonly Lock _lock = new();
    private readonly List<(long FromNs, long ToNs)> _stalls = [];
    private readonly Thread _thread;
    private volatile bool _isOver;

    public StallWatch()
    {
        _thread = new Thread(Watch) { Name = "stall watch", IsBackground = true, Priority = ThreadPriority.Highest };
        _thread.Start();
    }

    /// <summary>How much of a time was stalls.</summary>
    public long StalledNs(long fromNs, long toNs)
    {
        lock (_lock)
        {
            return _stalls.Sum(one => Math.Max(0, Math.Min(toNs, one.ToNs) - Math.Max(fromNs, one.FromNs)));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isOver = true;
        _thread.Join();
    }

    private void Watch()
    {
        LibC.WakeOnTime();
        while (!_isOver)
        {
            var dueNs = Clock.NowNs + PauseNs;
            Thread.Sleep(1);
            var nowNs = Clock.NowNs;
            if (nowNs - dueNs > LateNs)
            {
                lock (_lock)
                {
                    _stalls.Add((dueNs, nowNs));
                }
            }
        }
    }
}
