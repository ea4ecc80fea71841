using Microsoft.Extensions.Logging;

namespace Rinha.Server.Telemetry;

// What a request asks for; its name in lower case is the metrics' label operation.
internal enum RequestKind
{
    Other, // /health/live, /openapi.json, / and unknown paths.
    Post,
    Statement,
    History,
    Health,
    Reset,
    Metrics,
}

// Counts every answered request by operation, status and duration. Logs the slow ones, and those answered 5xx: at most
// one 5xx a second for each operation, since a failing disk fails every request. With slowRequestMs 0, logs no slow
// request. Thread-safe; counting allocates nothing.
internal sealed class RequestLog(int slowRequestMs, ILogger logger)
{
    private const double NsPerMs = 1_000_000;
    private const int StatusMin = 100;
    private const int StatusMax = 599;
    private const int Statuses = StatusMax - StatusMin + 1;

    private static readonly string[] s_operations =
        [.. Enum.GetNames<RequestKind>().Select(name => name.ToLowerInvariant())];

    private readonly long _slowNs = slowRequestMs == 0 ? long.MaxValue : slowRequestMs * (long)NsPerMs;
    private readonly LogThrottle[] _throttles = [.. s_operations.Select(_ => new LogThrottle())];
    private readonly long[] _counts = new long[s_operations.Length * Statuses];
    private readonly HistogramFamily _durations = HistogramFamily.OfDurations(
        "rinha_http_request_duration_seconds",
        "Time from parsing a request's head to handing its answer to the kernel.",
        "operation",
        s_operations);

    // Records the answer to a request that began at this time of Clock. The id is for the log, of a 5xx.
    public void End(RequestKind kind, int status, long startedAtNs, string? requestId = null)
    {
        var durationNs = Clock.NowNs - startedAtNs;
        var index = ((int)kind * Statuses) + Math.Clamp(status, StatusMin, StatusMax) - StatusMin;
        Interlocked.Increment(ref _counts[index]);
        _durations.Record(durationNs, (int)kind);
        if (status >= 500)
        {
            LogError(kind, status, durationNs, requestId);
        }
        else if (durationNs >= _slowNs)
        {
            Log.RequestSlow(logger, s_operations[(int)kind], status, durationNs / NsPerMs);
        }
    }

    public void AddTo(MetricSet metrics)
    {
        metrics.Add("rinha_http_requests_total", "Answered requests.", Counts);
        metrics.Add(_durations);
    }

    // Includes 200 and 503, which alerts watch, even at 0: a rate needs a sample before the first increment.
    private IEnumerable<MetricSample> Counts()
    {
        for (var index = 0; index < _counts.Length; index++)
        {
            var count = Interlocked.Read(ref _counts[index]);
            var status = StatusMin + (index % Statuses);
            if (count > 0 || status is 200 or 503)
            {
                yield return new MetricSample(
                    count, ("operation", s_operations[index / Statuses]), ("status", $"{status}"));
            }
        }
    }

    private void LogError(RequestKind kind, int status, long durationNs, string? requestId)
    {
        if (_throttles[(int)kind].TryPass(Environment.TickCount64, out var unlogged))
        {
            Log.RequestAnsweredWithError(
                logger, s_operations[(int)kind], status, durationNs / NsPerMs, requestId, unlogged);
        }
    }
}
