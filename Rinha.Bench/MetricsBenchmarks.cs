using Microsoft.Extensions.Logging.Abstractions;
using Rinha.Server.Telemetry;

namespace Rinha.Bench;

// Counts a request, and renders all request metrics for Prometheus.
public class MetricsBenchmarks : IDisposable
{
    private readonly RequestLog _requests = new(slowRequestMs: 0, NullLogger.Instance);
    private readonly MetricSet _metrics = new();
    [GlobalSetup]
    public void Setup()
    {
        _requests.AddTo(_metrics);
        CountRequest();
        Expect.That(WriteMetrics() > 0, "the metrics are written");
    }

    [Benchmark]
    public void CountRequest() => _requests.End(Operation.Post, 200, Clock.NowNs);

    [Benchmark]
    public int WriteMetrics() => _metrics.ToPrometheus().Length;

    [GlobalCleanup]
    public void Dispose() => _metrics.Dispose();
}
