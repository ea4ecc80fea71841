namespace Rinha.LoadTest.Stats;

/// <summary>One operation's counts and latencies.</summary>
/// <param name="name">Its name in the report.</param>
/// <param name="correcting">Whether the uncorrected latencies are kept beside the corrected.</param>
internal sealed class OperationRecorder(string name, bool correcting)
{
    private const int StatusMax = 1000;

    private readonly long[] _statuses = new long[StatusMax];

    /// <summary>Its name in the report.</summary>
    public string Name { get; } = name;

    /// <summary>Latencies from the intended send time.</summary>
    public LatencyRecorder Latency { get; } = new();

    /// <summary>Latencies from the actual send time, where they are kept.</summary>
    public LatencyRecorder? Uncorrected { get; } = correcting ? new LatencyRecorder() : null;

    /// <summary>Requests answered as they should be.</summary>
    public long Completed { get; private set; }

    /// <summary>Requests that failed.</summary>
    public long Failed { get; private set; }

    public void Complete(long latencyNs, long uncorrectedNs)
    {
        Completed++;
        Latency.Record(latencyNs);
        Uncorrected?.Record(uncorrectedNs);
    }

    public void Fail() => Failed++;

    /// <summary>Counts an answer's status, right or wrong.</summary>
    public void CountStatus(int status) => _statuses[status]++;

    public void CopyTo(OperationRecorder other)
    {
        other.Completed = Completed;
        other.Failed = Failed;
        _statuses.CopyTo(other._statuses, 0);
        other.Latency.Reset();
        other.Latency.Add(Latency);
        if (Uncorrected is not null && other.Uncorrected is not null)
        {
            other.Uncorrected.Reset();
            other.Uncorrected.Add(Uncorrected);
        }
    }

    public Dictionary<int, long> Statuses() => Enumerable.Range(0, StatusMax)
        .Where(status => _statuses[status] > 0)
        .ToDictionary(status => status, status => _statuses[status]);

    public OperationReport ToReport(double seconds) => new(
        Name,
        Completed,
        Failed,
        seconds > 0 ? Completed / seconds : 0,
        Statuses(),
        Latency.ToReport(),
        Uncorrected?.ToReport());
}
