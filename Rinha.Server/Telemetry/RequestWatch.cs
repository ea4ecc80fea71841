using Microsoft.Extensions.Logging;

namespace Rinha.Server.Telemetry;

// What a request was about; the label operation is its name in lower case.
internal enum Operation
{
    Other, // A path that leads nowhere.
    Post,
    Statement,
    History,
    Health,
    Reset,
    Metrics,
}

// Sees every request end: counts it by operation and status with the time it took, and logs it if it was slow or the
// server's fault (of these one a second for each operation: a disk that fails fails every request). No request is slow
// when slowRequestMs is 0. Any thread may call it; nothing is allocated.
internal sealed class RequestWatch(int slowRequestMs, ILogger logger)
{
    private const double NsPerMs = 1_000_000;
    private const int StatusMin = 100;
    private const int StatusMax = 599;
    private const int Statuses = StatusMax - StatusMin + 1;

    private static readonly string[] s_operations =
        [.. Enum.GetNames<Operation>().Select(name => name.ToLowerInvariant())];

    private readonly long _slowNs = slowRequestMs == 0 ? long.MaxValue : slowRequestMs * (long)NsPerMs;
    private readonly LogThrottle[] _throttles = [.. s_operations.Select(_ => new LogThrottle())];
    private readonly long[] _counts = new long[s_operations.Length * Statuses];
    private readonly HistogramFamily _durations = HistogramFamily.OfDurations(
        "rinha_http_request_duration_seconds",
        "Time from a request's head being read to its answer being handed to the kernel.",
        "operation",
        s_operations);

    // A request that began at this time of the Clock has been answered.
    public void End(Operation operation, int status, long startedAtNs)
    {
        var durationNs = Clock.NowNs - startedAtNs;
        var index = ((int)operation * Statuses) + Math.Clamp(status, StatusMin, StatusMax) - StatusMin;
        Interlocked.Increment(ref _counts[index]);
        _durations.Record(durationNs, (int)operation);
        if (status >= 500)
        {
            LogError(operation, status, durationNs);
        }
        else if (durationNs >= _slowNs)
        {
            Log.RequestSlow(logger, s_operations[(int)operation], status, durationNs / NsPerMs);
        }
    }

    public void AddTo(MetricSet metrics)
    {
        metrics.Add("rinha_http_requests_total", "Answered requests.", Counts);
        metrics.Add(_durations);
    }

    // Those of 200 also while they are 0: a rate begins with the first sample.
    private IEnumerable<MetricSample> Counts()
    {
        for (var index = 0; index < _counts.Length; index++)
        {
            var count = Interlocked.Read(ref _counts[index]);
            var status = StatusMin + (index % Statuses);
            if (count > 0 || status == 200)
            {
                yield return new MetricSample(
                    count, ("operation", s_operations[index / Statuses]), ("status", $"{status}"));
            }
        }
    }

    private void LogError(Operation operation, int status, long durationNs)
    {
        if (_throttles[(int)operation].TryPass(Environment.TickCount64, out var unlogged))
        {
            Log.RequestAnsweredWithError(
                logger, s_operations[(int)operation], status, durationNs / NsPerMs, unlogged);
        }
    }
}
