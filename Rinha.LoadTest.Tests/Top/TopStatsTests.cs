using Rinha.LoadTest.Top;
using static Rinha.LoadTest.Tests.Top.Readings;

namespace Rinha.LoadTest.Tests.Top;

public sealed class TopStatsTests
{
    [Fact]
    public void Rates_are_counts_divided_by_time()
    {
        var stats = TopStats.Between(
            At(10, Api("api01", Posts(100, 50)), Api("api02", Posts(7, 7))),
            At(12, Api("api01", Posts(500, 250)), Api("api02", Posts(7, 7))));

        Assert.Equal(200, stats.Total.PerSecond);
        var post = Assert.Single(stats.Operations);
        Assert.Equal(("post", 200), (post.Name, post.PerSecond));
        // Half of the 400 took up to 1 ms, the others up to 10 ms.
        Assert.Equal(0.001, post.P50!.Value, 1e-9);
        Assert.Equal(0.001 + (0.009 * 0.98), post.P99!.Value, 1e-9);
    }

    [Fact]
    public void Statuses_are_distinguished()
    {
        var stats = TopStats.Between(
            At(0, Api("api01")),
            At(1, Api(
                "api01",
                """rinha_http_requests_total{operation="post",status="200"} 10""",
                """rinha_http_requests_total{operation="post",status="422"} 3""",
                """rinha_http_requests_total{operation="statement",status="200"} 4""",
                """rinha_http_requests_total{operation="statement",status="503"} 2""",
                """rinha_ledger_transactions_total{result="committed"} 10""",
                """rinha_ledger_transactions_total{result="refused"} 3""")));

        Assert.Equal((19, 3, 2), (
            stats.Total.PerSecond, stats.Total.RefusedPerSecond, stats.Total.ErrorsPerSecond));
        Assert.Equal(["post", "statement"], stats.Operations.Select(one => one.Name));
        Assert.Equal([13.0, 6.0], stats.Operations.Select(one => one.PerSecond));
        Assert.Equal((10, 3), (stats.Ledger.CommittedPerSecond, stats.Ledger.RefusedPerSecond));
    }

    [Fact]
    public void A_restarted_instance_counts_from_0_even_if_a_counter_has_grown()
    {
        string[] Posts(int right, int failed) =>
        [
            $$"""rinha_http_requests_total{operation="post",status="200"} {{right}}""",
            $$"""rinha_http_requests_total{operation="post",status="503"} {{failed}}""",
        ];
        var stats = TopStats.Between(
            At(0, Api("api01", Posts(100, 1))), At(1, Api("api01", Posts(5, 4))));

        Assert.Equal((9, 4), (stats.Total.PerSecond, stats.Total.ErrorsPerSecond));
    }

    [Fact]
    public void An_instance_that_is_down_loses_only_its_own_stats()
    {
        var earlier = At(0, Api("api01", Posts(0, 0)), Api("api02", Posts(50, 50)));
        var without = At(1, Api("api01", Posts(20, 20)), Down("api02"));
        var again = At(2, Api("api01", Posts(40, 40)), Api("api02", Posts(60, 60)));

        var stats = TopStats.Between(earlier, without);
        Assert.Equal(20, stats.Total.PerSecond);
        Assert.Equal(["up", "down"], stats.Processes.Select(process => process.State));
        Assert.Null(stats.Processes[1].Cpu);

        // It may have restarted unnoticed, so it counts from the next interval on.
        stats = TopStats.Between(without, again);
        Assert.Equal(20, stats.Total.PerSecond);
        Assert.Equal(["up", "up"], stats.Processes.Select(process => process.State));
    }

    [Fact]
    public void Queues_and_batches_are_summed_over_instances_and_sizes_are_not()
    {
        string[] Ledger(int count, int writes, int queued, int wal) =>
        [
            $$"""rinha_ledger_batch_writes_bucket{le="1"} {{count / 2}}""",
            $$"""rinha_ledger_batch_writes_bucket{le="16"} {{count}}""",
            $$"""rinha_ledger_batch_writes_bucket{le="+Inf"} {{count}}""",
            $"rinha_ledger_batch_writes_sum {writes}",
            $"rinha_ledger_batch_writes_count {count}",
            $"rinha_ledger_queued_writes {queued}",
            $"rinha_ledger_wal_bytes {wal}",
        ];
        var ledger = TopStats.Between(
            At(0, Api("api01", Ledger(10, 10, 0, 0)), Api("api02", Ledger(0, 0, 0, 0))),
            At(1, Api("api01", Ledger(20, 100, 3, 1000)), Api("api02", Ledger(10, 30, 4, 1200)))).Ledger;

        Assert.Equal((6, 7, 1200), (ledger.BatchMean, ledger.QueuedWrites, ledger.WalBytes));
        Assert.InRange(ledger.BatchP99!.Value, 15, 16);
    }

    [Fact]
    public void Cpu_and_memory_come_from_the_cgroup()
    {
        ProcessReading Nginx(double cpu, long periods, long throttled) => new(
            "nginx", ProcessReading.NoMetrics, null,
            new CgroupReading(cpu, 0.5, periods, throttled, 30_000_000, 50_000_000));

        var process = Assert.Single(TopStats.Between(
            At(0, Nginx(10, 100, 7)), At(2, Nginx(10.8, 120, 12))).Processes);

        Assert.Equal(0.4, process.Cpu!.Value, 1e-9);
        Assert.Equal((0.5, 0.25, 30e6, 50e6), (
            process.CpuLimit, process.ThrottledShare, process.MemoryBytes, process.MemoryLimitBytes));
        Assert.Equal(0, Assert.Single(TopStats.Between(
            At(0, Nginx(1, 5, 1)), At(1, Nginx(1, 5, 1))).Processes).ThrottledShare);
    }

    [Fact]
    public void Without_a_cgroup_they_come_from_the_processs_own_metrics()
    {
        string[] Own(double cpu) => [$"process_cpu_seconds_total {cpu}", "process_resident_memory_bytes 17000000"];
        var process = Assert.Single(TopStats.Between(
            At(0, Api("api01", Own(5))), At(4, Api("api01", Own(6)))).Processes);

        Assert.Equal((0.25, 17e6), (process.Cpu, process.MemoryBytes));
        Assert.Equal((null, null, null), (process.CpuLimit, process.ThrottledShare, process.MemoryLimitBytes));
    }
}

// Synthetic samples of a stack.
internal static class Readings
{
    // Each line is name{labels} value.
    public static Scrape Scrape(params string[] lines)
    {
        Assert.True(LoadTest.Top.Scrape.TryParse(string.Join('\n', lines), out var scrape));
        return scrape;
    }

    // A process with these metrics.
    public static ProcessReading Api(string name, params string[] lines) =>
        new(name, ProcessReading.Up, Scrape(lines), null);

    // A process without metrics.
    public static ProcessReading Down(string name) => new(name, ProcessReading.Down, null, null);

    public static TopReading At(double seconds, params ProcessReading[] processes) => new(seconds, processes);

    // Posts of which some were fast (up to 1 ms), the others up to 10 ms.
    public static string[] Posts(int count, int fast) =>
    [
        $$"""rinha_http_requests_total{operation="post",status="200"} {{count}}""",
        $$"""rinha_http_request_duration_seconds_bucket{operation="post",le="0.001"} {{fast}}""",
        $$"""rinha_http_request_duration_seconds_bucket{operation="post",le="0.01"} {{count}}""",
        $$"""rinha_http_request_duration_seconds_bucket{operation="post",le="+Inf"} {{count}}""",
        $$"""rinha_http_request_duration_seconds_count{operation="post"} {{count}}""",
    ];
}
