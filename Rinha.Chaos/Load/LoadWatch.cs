using System.Collections.Concurrent;

namespace Rinha.Chaos.Load;

// Counts a load's acknowledgements and failures as they happen. Readable from any thread.
internal sealed class LoadWatch(IRequestObserver next) : IRequestObserver
{
    private readonly ConcurrentQueue<(long AtNs, long Text)> _acknowledged = [];
    private readonly ConcurrentDictionary<(bool IsPost, FailureKind Kind, int Status), int> _failures = [];

    public int Acknowledged => _acknowledged.Count;

    // The acknowledged transactions' texts, in the order of their answers.
    public IReadOnlyList<long> AcknowledgedTexts => [.. _acknowledged.Select(entry => entry.Text)];

    public int FailedPosts => Count(failure => failure.IsPost);

    public int FailedGets => Count(failure => !failure.IsPost);

    public string Failures => _failures.IsEmpty ? "nothing" : string.Join(", ",
        from entry in _failures
        let key = entry.Key
        orderby key.IsPost descending, key.Status, key.Kind
        select $"{entry.Value} {(key.IsPost ? "POST" : "GET")} {(key.Status == 0 ? $"{key.Kind}" : $"{key.Status}")}");

    public int CountOf(FailureKind kind) => Count(failure => failure.Kind == kind);

    public int CountOfOthers(int status) => Count(failure => failure.Status != status);

    // The longest time without an acknowledgement, counting both ends as acknowledged and subtracting stalls.
    public TimeSpan LongestGap(long fromNs, long toNs, StallDetector stalls)
    {
        var longestNs = 0L;
        var beforeNs = fromNs;
        var times = _acknowledged.Select(entry => entry.AtNs);
        foreach (var atNs in times.Where(at => at > fromNs && at < toNs).Append(toNs))
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
            _acknowledged.Enqueue((answer.CompletedAtNs, plan.Text));
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
        _failures.Where(entry => isCounted(entry.Key)).Sum(entry => entry.Value);
}

// Detects when the machine stalls the tester itself: its thread wakes every millisecond and records late wake-ups.
// LongestGap subtracts these stalls.
internal sealed class StallDetector : IDisposable
{
    private const long LateNs = 2_000_000;
    private const long PauseNs = 1_000_000;

    private readonly ConcurrentQueue<(long FromNs, long ToNs)> _stalls = [];
    private readonly Thread _thread;
    private volatile bool _isOver;

    public StallDetector()
    {
        _thread = new Thread(Watch) { Name = "stall watch", IsBackground = true, Priority = ThreadPriority.Highest };
        _thread.Start();
    }

    public long StalledNs(long fromNs, long toNs) =>
        _stalls.Sum(stall => Math.Max(0, Math.Min(toNs, stall.ToNs) - Math.Max(fromNs, stall.FromNs)));

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

// Collects durations. Single-threaded.
internal sealed class DurationStats
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
