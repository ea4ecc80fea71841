using System.Collections.Concurrent;

namespace Rinha.Chaos.Load;

internal sealed class LoadWatch(IRequestObserver next) : IRequestObserver
{
    private readonly ConcurrentQueue<long> _acknowledgedAtNs = [];
    private readonly ConcurrentDictionary<(bool IsPost, FailureKind Kind, int Status), int> _failures = [];

    public int Acknowledged => _acknowledgedAtNs.Count;

    // Transactions without an answer, or with one that says nothing.
    public int FailedPosts => Count(one => one.IsPost);

    public int FailedGets => Count(one => !one.IsPost);

    public string Failures => _failures.IsEmpty ? "nothing" : string.Join(", ",
        from one in _failures
        let key = one.Key
        orderby key.IsPost descending, key.Status, key.Kind
        select $"{one.Value} {(key.IsPost ? "POST" : "GET")} {(key.Status == 0 ? $"{key.Kind}" : $"{key.Status}")}");

    public int CountOf(FailureKind kind) => Count(one => one.Kind == kind);

    public int CountOfOthers(int status) => Count(one => one.Status != status);

    // The longest time without an acknowledged transaction: both ends count as one, and stalls are taken off.
    public TimeSpan LongestGap(long fromNs, long toNs, StallWatch stalls)
    {
        var longestNs = 0L;
        var beforeNs = fromNs;
        foreach (var atNs in _acknowledgedAtNs.Where(at => at > fromNs && at < toNs).Append(toNs))
        {
            if (atNs - beforeNs > longestNs)
            {
                longestNs = Math.Max(longestNs, atNs - beforeNs - stalls.StalledNs(beforeNs, atNs));
            }

            beforeNs = atNs;
        }

        return TimeSpan.FromMicroseconds(longestNs / 1e3);
    }

    public void OnAnswer(in RequestPlan plan, in Answer answer)
    {
        if (plan.Operation != Operation.Statement && answer.Status == 200)
        {
            _acknowledgedAtNs.Enqueue(answer.CompletedAtNs);
        }

        next.OnAnswer(plan, answer);
    }

    public void OnFailure(in RequestPlan plan, FailureKind kind, in Answer answer)
    {
        var key = (plan.Operation != Operation.Statement, kind, answer.Status);
        _failures.AddOrUpdate(key, 1, (_, count) => count + 1);
        next.OnFailure(plan, kind, answer);
    }

    private int Count(Func<(bool IsPost, FailureKind Kind, int Status), bool> isCounted) =>
        _failures.Where(one => isCounted(one.Key)).Sum(one => one.Value);
}

// Notes when this machine does not let the tester run: a thread that wants to wake up every millisecond, and wakes up
// late. What the bank does not answer in such a moment is not held against it.
internal sealed class StallWatch : IDisposable
{
    private const long LateNs = 2_000_000;
    private const long PauseNs = 1_000_000;

    private readonly ConcurrentQueue<(long FromNs, long ToNs)> _stalls = [];
    private readonly Thread _thread;
    private volatile bool _isOver;

    public StallWatch()
    {
        _thread = new Thread(Watch) { Name = "stall watch", IsBackground = true, Priority = ThreadPriority.Highest };
        _thread.Start();
    }

    public long StalledNs(long fromNs, long toNs) =>
        _stalls.Sum(one => Math.Max(0, Math.Min(toNs, one.ToNs) - Math.Max(fromNs, one.FromNs)));

    public void Dispose()
    {
        _isOver = true;
        _thread.Join();
    }

    private void Watch()
    {
        LibC.DisableTimerSlack();
        while (!_isOver)
        {
            var dueNs = Clock.NowNs + PauseNs;
            Thread.Sleep(1);
            var nowNs = Clock.NowNs;
            if (nowNs - dueNs > LateNs)
            {
                _stalls.Enqueue((dueNs, nowNs));
            }
        }
    }
}

internal sealed class Spread
{
    private readonly List<double> _milliseconds = [];

    public TimeSpan Longest => TimeSpan.FromMilliseconds(_milliseconds.DefaultIfEmpty().Max());

    public void Add(TimeSpan time) => _milliseconds.Add(time.TotalMilliseconds);

    public override string ToString()
    {
        if (_milliseconds.Count == 0)
        {
            return "none";
        }

        _milliseconds.Sort();
        return $"median {_milliseconds[_milliseconds.Count / 2]:N0} ms, longest {_milliseconds[^1]:N0} ms";
    }
}
