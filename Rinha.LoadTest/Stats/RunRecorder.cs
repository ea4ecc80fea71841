using HdrHistogram;
using Rinha.LoadTest.Http;

namespace Rinha.LoadTest.Stats;

// Counts what happens in a run. Used on the event loop's thread alone; a successful request allocates nothing.
// correcting: records latencies from both the intended and the actual send time.
// scheduled: records how late requests are sent.
internal sealed class RunRecorder(IEnumerable<string> operations, bool correcting, bool scheduled)
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    private readonly OperationRecorder[] _operations =
        [.. operations.Select(name => new OperationRecorder(name, correcting))];

    private readonly Dictionary<FailureKind, FailureReport> _failures = [];
    private readonly LatencyRecorder _second = new();
    private readonly List<SecondReport> _series = [];
    private long _secondEndsAtNs;
    private long _secondFailed;

    public LatencyRecorder? SendDelay { get; } = scheduled ? new LatencyRecorder() : null;

    public IReadOnlyList<SecondReport> Series => [.. _series];

    public long StartedAtNs { get; private set; }

    public long Completed { get; private set; }

    public long Failed { get; private set; }

    public long Retries { get; private set; }

    public void Start(long nowNs)
    {
        StartedAtNs = nowNs;
        _secondEndsAtNs = nowNs + NanosecondsPerSecond;
    }

    public void Complete(int operation, int status, long intendedAtNs, long sentAtNs, long completedAtNs)
    {
        Advance(completedAtNs);
        var recorder = _operations[operation];
        recorder.CountStatus(status);
        recorder.Complete(completedAtNs - intendedAtNs, completedAtNs - sentAtNs);
        _second.Record(completedAtNs - intendedAtNs);
        Completed++;
    }

    // Formats the example for the first failure of a kind only.
    public void Fail(int operation, FailureKind kind, long nowNs, Func<string> example)
    {
        Advance(nowNs);
        _operations[operation].Fail();
        _secondFailed++;
        Failed++;
        _failures[kind] = _failures.TryGetValue(kind, out var known)
            ? known with { Count = known.Count + 1 }
            : new FailureReport(kind, 1, example());
    }

    // For answers that are failures; call Fail too.
    public void CountStatus(int operation, int status) => _operations[operation].CountStatus(status);

    public void CountRetry() => Retries++;

    // Excludes a pause from the measured part.
    public void SkipPause(long pauseNs)
    {
        StartedAtNs += pauseNs;
        _secondEndsAtNs += pauseNs;
    }

    // Closes every second that has ended.
    public void Advance(long nowNs)
    {
        while (nowNs >= _secondEndsAtNs)
        {
            EndSecond();
            _secondEndsAtNs += NanosecondsPerSecond;
        }
    }

    public List<FailureReport> Failures() => [.. _failures.Values.OrderByDescending(failure => failure.Count)];

    public SortedDictionary<int, long> Statuses() => new(_operations.SelectMany(operation => operation.Statuses())
        .GroupBy(status => status.Key)
        .ToDictionary(status => status.Key, status => status.Sum(count => count.Value)));

    public LatencyReport TotalLatency() => Merge(operation => operation.Latency);

    // With the defaults of a contest run; other runs override them.
    public RunReport ToReport(EnvironmentReport environment, DateTimeOffset startedAt, long endedAtNs)
    {
        var seconds = Math.Max(endedAtNs - StartedAtNs, 0) / (double)NanosecondsPerSecond;
        return new RunReport
        {
            Schema = RunReport.CurrentSchema,
            Environment = environment,
            Mode = "open",
            Connections = 0,
            TargetRate = null,
            Mix = [],
            Seed = 0,
            StartedAt = startedAt,
            Duration = seconds,
            WarmUp = 0,
            Interrupted = false,
            Summary = new SummaryReport(
                Completed + Failed,
                Completed,
                Failed,
                seconds > 0 ? Completed / seconds : 0,
                Completed + Failed > 0 ? (double)Completed / (Completed + Failed) : 0,
                Statuses()),
            Latency = TotalLatency(),
            UncorrectedLatency = correcting ? Merge(operation => operation.Uncorrected!) : null,
            SendDelay = SendDelay?.ToReport(),
            Operations = ToOperations(seconds),
            Failures = Failures(),
            Series = Series,
        };
    }

    public List<OperationReport> ToOperations(double seconds) =>
        [.. _operations.Select(operation => operation.ToReport(seconds))];

    // Copies everything to a recorder of the same operations, for another thread to read.
    public void CopyTo(RunRecorder other)
    {
        other.StartedAtNs = StartedAtNs;
        other.Completed = Completed;
        other.Failed = Failed;
        other.Retries = Retries;
        for (var index = 0; index < _operations.Length; index++)
        {
            _operations[index].CopyTo(other._operations[index]);
        }

        // Seconds are append-only, so copy the missing ones.
        other._series.AddRange(_series.Skip(other._series.Count));
        foreach (var (kind, failure) in _failures)
        {
            other._failures[kind] = failure;
        }
    }

    private void EndSecond()
    {
        _series.Add(new SecondReport(
            _series.Count,
            _second.Count,
            _secondFailed,
            _second.Percentile(50),
            _second.Percentile(99),
            _second.Max(),
            _second.Percentile(90)));
        _second.Reset();
        _secondFailed = 0;
    }

    private LatencyReport Merge(Func<OperationRecorder, LatencyRecorder> choose)
    {
        var total = new LatencyRecorder();
        foreach (var operation in _operations)
        {
            total.Add(choose(operation));
        }

        return total.ToReport();
    }
}

// The counters and latencies of one operation.
internal sealed class OperationRecorder(string name, bool correcting)
{
    private const int StatusMax = 1000;

    private readonly long[] _statuses = new long[StatusMax];

    public string Name { get; } = name;

    public LatencyRecorder Latency { get; } = new();

    public LatencyRecorder? Uncorrected { get; } = correcting ? new LatencyRecorder() : null;

    public long Completed { get; private set; }

    public long Failed { get; private set; }

    public void Complete(long latencyNs, long uncorrectedNs)
    {
        Completed++;
        Latency.Record(latencyNs);
        Uncorrected?.Record(uncorrectedNs);
    }

    public void Fail() => Failed++;

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

// Records latencies in fixed memory to three significant digits, below 0.5 ms to half a microsecond (HdrHistogram). A
// finer unit would make every percentile, which visits all smaller values, several times as slow.
internal sealed class LatencyRecorder
{
    private const long LowestNs = 1_000;
    private const long HighestNs = 300_000_000_000;
    private const int Digits = 3;
    private const double NanosecondsPerSecond = 1e9;
    private const int DistributionTicksPerHalf = 5;

    // 1, 2, 5, 10, 20, 50 … microseconds, up to past HighestNs.
    private static readonly long[] s_boundsNs =
    [
        .. from decade in Enumerable.Range(3, 9)
           from factor in (long[])[1, 2, 5]
           select factor * (long)Math.Pow(10, decade),
    ];

    private readonly LongHistogram _histogram = new(LowestNs, HighestNs, Digits);

    public long Count => _histogram.TotalCount;

    public void Record(long latencyNs) => _histogram.RecordValue(Math.Clamp(latencyNs, 0, HighestNs));

    public void Reset() => _histogram.Reset();

    public void Add(LatencyRecorder other) => _histogram.Add(other._histogram);

    // A percentile (0 to 100) in seconds; 0 without data.
    public double Percentile(double percentile) =>
        Count == 0 ? 0 : _histogram.GetValueAtPercentile(percentile) / NanosecondsPerSecond;

    public double Max() => Count == 0 ? 0 : _histogram.GetMaxValue() / NanosecondsPerSecond;

    public LatencyReport ToReport() => new()
    {
        Count = Count,
        Mean = Count == 0 ? 0 : _histogram.GetMean() / NanosecondsPerSecond,
        StandardDeviation = Count == 0 ? 0 : _histogram.GetStdDeviation() / NanosecondsPerSecond,
        Min = Count == 0 ? 0 : _histogram.RecordedValues().First().ValueIteratedTo / NanosecondsPerSecond,
        P50 = Percentile(50),
        P75 = Percentile(75),
        P90 = Percentile(90),
        P95 = Percentile(95),
        P99 = Percentile(99),
        P999 = Percentile(99.9),
        P9999 = Percentile(99.99),
        Max = Max(),
        Distribution = Distribution(),
        Histogram = BuildHistogram(),
    };

    private List<DistributionPoint> Distribution() => Count == 0
        ? []
        : [.. _histogram.Percentiles(DistributionTicksPerHalf).Select(step =>
            new DistributionPoint(step.PercentileLevelIteratedTo / 100, step.ValueIteratedTo / NanosecondsPerSecond))];

    // Drops empty bars before the first and after the last.
    private HistogramBar[] BuildHistogram()
    {
        var counts = new long[s_boundsNs.Length];
        foreach (var step in _histogram.RecordedValues())
        {
            var valueNs = step.ValueIteratedTo;
            counts[Array.FindIndex(s_boundsNs, boundNs => valueNs <= boundNs)] += step.CountAtValueIteratedTo;
        }

        var first = Math.Max(Array.FindIndex(counts, count => count > 0), 0);
        var end = Array.FindLastIndex(counts, count => count > 0) + 1;
        return [.. Enumerable.Range(first, end - first)
            .Select(at => new HistogramBar(s_boundsNs[at] / NanosecondsPerSecond, counts[at]))];
    }
}
