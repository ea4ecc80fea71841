using Rinha.LoadTest.Http;
using Rinha.LoadTest.Run;

namespace Rinha.LoadTest.Chaos;

/// <summary>Sees when transactions are acknowledged and what fails, while the load goes on. For any thread.</summary>
/// <param name="next">Who sees every request after this.</param>
internal sealed class LoadWatch(IRequestObserver next) : IRequestObserver
{
    private readonly Lock _lock = new();
    private readonly List<long> _acknowledgedAtNs = [];
    private readonly Dictionary<(bool IsPost, FailureKind Kind, int Status), int> _failures = [];

    /// <summary>Transactions acknowledged.</summary>
    public int Acknowledged
    {
        get
        {
            lock (_lock)
            {
                return _acknowledgedAtNs.Count;
            }
        }
    }

    /// <summary>Transactions without an answer, or with one that says nothing.</summary>
    public int FailedPosts => Count(isPost: true);

    /// <summary>Statements that could not be had.</summary>
    public int FailedGets => Count(isPost: false);

    /// <summary>What failed in one way.</summary>
    public int CountOf(FailureKind kind)
    {
        lock (_lock)
        {
            return _failures.Where(one => one.Key.Kind == kind).Sum(one => one.Value);
        }
    }

    /// <summary>What failed without an answer of this status.</summary>
    public int CountOfOthers(int status)
    {
        lock (_lock)
        {
            return _failures.Where(one => one.Key.Status != status).Sum(one => one.Value);
        }
    }

    /// <summary>All failures by their kind or status, in words.</summary>
    public string Failures
    {
        get
        {
            lock (_lock)
            {
                return _failures.Count == 0 ? "nothing" : string.Join(", ", _failures.Select(one =>
                {
                    var ((isPost, kind, status), count) = one;
                    var how = status == 0 ? $"{kind}" : $"{status}";
                    return $"{count} {(isPost ? "POST" : "GET")} {how}";
                }));
            }
        }
    }

    /// <summary>The longest time without an acknowledged transaction.</summary>
    /// <param name="fromNs">Since when; counts as one.</param>
    /// <param name="toNs">Until when; counts as one.</param>
    /// <param name="stalls">What is taken off.</param>
    public TimeSpan LongestGap(long fromNs, long toNs, StallWatch stalls)
    {
        lock (_lock)
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
    }

    /// <inheritdoc/>
    public void OnAnswer(in RequestPlan plan, in Answer answer)
    {
        if (plan.Operation != Operation.Statement && answer.Status == 200)
        {
            lock (_lock)
            {
                _acknowledgedAtNs.Add(answer.CompletedAtNs);
            }
        }

        next.OnAnswer(plan, answer);
    }

    /// <inheritdoc/>
    public void OnFailure(in RequestPlan plan, FailureKind kind, in Answer answer)
    {
        lock (_lock)
        {
            var key = (plan.Operation != Operation.Statement, kind, answer.Status);
            _failures[key] = _failures.GetValueOrDefault(key) + 1;
        }

        next.OnFailure(plan, kind, answer);
    }

    private int Count(bool isPost)
    {
        lock (_lock)
        {
            return _failures.Where(one => one.Key.IsPost == isPost).Sum(one => one.Value);
        }
    }
}
