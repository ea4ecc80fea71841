using System.Diagnostics.Metrics;

namespace Rinha.Server.Telemetry;

/// <summary>
/// Counts every answered request by operation and status, with the time it took. Any thread may record; nothing is
/// allocated.
/// </summary>
internal sealed class RequestMetrics
{
    private const int StatusMin = 100;
    private const int StatusMax = 599;
    private const int Statuses = StatusMax - StatusMin + 1;

    private static readonly string[] s_operations =
        [.. Enum.GetNames<Operation>().Select(name => name.ToLowerInvariant())];

    private readonly long[] _counts = new long[s_operations.Length * Statuses];
    private readonly HistogramFamily _durations = new(
        "rinha_http_request_duration_seconds",
        "Time from a request's head being read to its answer being handed to the kernel.",
        BucketBounds.Durations,
        Clock.NsPerSecond,
        "operation",
        s_operations);

    /// <summary>The label's value of an operation.</summary>
    public static string NameOf(Operation operation) => s_operations[(int)operation];

    /// <summary>Counts an answer.</summary>
    /// <param name="operation">What it answers.</param>
    /// <param name="status">Its HTTP status.</param>
    /// <param name="durationNs">How long it took, from 0.</param>
    public void Record(Operation operation, int status, long durationNs)
    {
        var index = ((int)operation * Statuses) + Math.Clamp(status, StatusMin, StatusMax) - StatusMin;
        Interlocked.Increment(ref _counts[index]);
        _durations.Record(durationNs, (int)operation);
    }

    /// <summary>Adds the metrics to those of the server.</summary>
    public void AddTo(MetricSet metrics)
    {
        metrics.Add(new ObservedFamily("rinha_http_requests_total", "Answered requests.", Observe));
        metrics.Add(_durations);
    }

    // Those of 200 also while they are 0: a rate begins with the first sample.
    private IEnumerable<Measurement<double>> Observe()
    {
        for (var index = 0; index < _counts.Length; index++)
        {
            var count = Interlocked.Read(ref _counts[index]);
            var status = StatusMin + (index % Statuses);
            if (count > 0 || status == 200)
            {
                yield return new Measurement<double>(
                    count,
                    new KeyValuePair<string, object?>("operation", s_operations[index / Statuses]),
                    new KeyValuePair<string, object?>("status", $"{status}"));
            }
        }
    }
}
