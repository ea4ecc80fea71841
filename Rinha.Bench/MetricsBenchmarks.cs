using Rinha.Server.Telemetry;

namespace Rinha.Bench;

/// <summary>Counts a request, and writes all metrics of requests for Prometheus.</summary>
public class MetricsBenchmarks : IDisposable
{
    private readonly RequestMetrics _requests = new();
    private readonly MetricSet _metrics = new();
    private long _durationNs;

    [GlobalSetup]
    public void Setup()
    {
        _requests.AddTo(_metrics);
        CountRequest();
        Expect.That(WriteMetrics() > 0, "the metrics are written");
    }

    [Benchmark]
    public void CountRequest() => _requests.Record(Operation.Post, 200, _durationNs++ % 10_000_000);

    [Benchmark]
    public int WriteMetrics() => _metrics.ToPrometheus().Length;

    [GlobalCleanup]
    public void Dispose() => _metrics.Dispose();
}
