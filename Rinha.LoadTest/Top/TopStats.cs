namespace Rinha.LoadTest.Top;

// What `top` shows of a stack during an interval, computed from two samples.
internal sealed record TopStats(
    OperationStats Total,
    IReadOnlyList<OperationStats> Operations,
    LedgerStats Ledger,
    IReadOnlyList<ProcessStats> Processes)
{
    private const string Requests = "rinha_http_requests_total";
    private const string Durations = "rinha_http_request_duration_seconds";
    private const string Transactions = "rinha_ledger_transactions_total";
    private const string Batches = "rinha_ledger_batch_writes";
    private const string Commits = "rinha_ledger_commit_duration_seconds";
    private const string GateWaits = "rinha_ledger_gate_wait_seconds";
    private const string Checkpoints = "rinha_ledger_checkpoint_duration_seconds";

    private static readonly string[] s_order = ["post", "statement", "history", "health", "reset", "metrics", "other"];

    // Counts only instances that answered both times.
    public static TopStats Between(TopReading earlier, TopReading later)
    {
        var seconds = Math.Max(later.AtSeconds - earlier.AtSeconds, 1e-3);
        var pairs = earlier.Processes.Zip(later.Processes).ToList();
        List<ScrapeInterval> intervals =
        [
            .. from pair in pairs
               where pair.First.Scrape is not null && pair.Second.Scrape is not null
               select new ScrapeInterval(pair.First.Scrape!, pair.Second.Scrape!),
        ];
        return new TopStats(
            Operation("all", _ => true, intervals, seconds),
            [
                .. from name in s_order
                   let stats = Operation(name, series => series.Label("operation") == name, intervals, seconds)
                   where stats.PerSecond > 0
                   select stats,
            ],
            OfLedger(intervals, later, seconds),
            [.. pairs.Select(pair => ProcessStats.Between(pair.First, pair.Second, seconds))]);
    }

    private static OperationStats Operation(
        string name, Func<MetricSeries, bool> isWanted, List<ScrapeInterval> intervals, double seconds)
    {
        double PerSecond(string status) => intervals.Sum(interval => interval.Increase(
            Requests,
            series => isWanted(series) && series.Label("status").StartsWith(status, StringComparison.Ordinal)))
            / seconds;

        var durations = Buckets.Sum(intervals.Select(interval => interval.Observations(Durations, isWanted)));
        return new OperationStats(
            name, PerSecond(""), PerSecond("4"), PerSecond("5"), durations.Quantile(0.5), durations.Quantile(0.99));
    }

    private static LedgerStats OfLedger(List<ScrapeInterval> intervals, TopReading later, double seconds)
    {
        double PerSecond(string result) => intervals.Sum(interval => interval.Increase(
            Transactions, series => series.Label("result") == result)) / seconds;

        double Increase(string name) => intervals.Sum(interval => interval.Increase(name));

        double? Quantile(string name, double share) =>
            Buckets.Sum(intervals.Select(interval => interval.Observations(name))).Quantile(share);

        IEnumerable<double?> Now(string gauge) =>
            later.Processes.Select(process => process.Scrape?.Value(gauge)).Where(value => value is not null);

        var batchCount = Increase(Batches + "_count");
        return new LedgerStats(
            PerSecond("committed"),
            PerSecond("refused"),
            batchCount > 0 ? Increase(Batches + "_sum") / batchCount : null,
            Quantile(Batches, 0.99),
            Quantile(Commits, 0.99),
            Quantile(GateWaits, 0.5),
            Quantile(GateWaits, 0.99),
            Quantile(Checkpoints, 0.99),
            Now("rinha_ledger_queued_writes").Aggregate((double?)null, (sum, value) => (sum ?? 0) + value),
            Now("rinha_ledger_wal_bytes").Max(),
            Now("rinha_ledger_database_bytes").Max());
    }
}

// An operation over all instances; latencies in seconds.
internal sealed record OperationStats(
    string Name, double PerSecond, double RefusedPerSecond, double ErrorsPerSecond, double? P50, double? P99);

// The ledger over all instances; times in seconds, null if unknown.
internal sealed record LedgerStats(
    double CommittedPerSecond,
    double RefusedPerSecond,
    double? BatchMean,
    double? BatchP99,
    double? CommitP99,
    double? GateP50,
    double? GateP99,
    double? CheckpointP99,
    double? QueuedWrites,
    double? WalBytes,
    double? DatabaseBytes);

// A process; null if unknown.
internal sealed record ProcessStats(
    string Name,
    string State,
    double? Cpu,
    double? CpuLimit,
    double? ThrottledShare,
    double? MemoryBytes,
    double? MemoryLimitBytes,
    double? HeapBytes,
    double? Connections)
{
    public static ProcessStats Between(ProcessReading earlier, ProcessReading later, double seconds)
    {
        var (before, now) = (earlier.Cgroup, later.Cgroup);
        var periods = now?.Periods - before?.Periods;
        return new ProcessStats(
            later.Name,
            later.State,
            (Difference(before?.CpuSeconds, now?.CpuSeconds) ?? FromProcessMetrics(earlier, later)) / seconds,
            now?.CpuLimit,
            periods switch
            {
                > 0 => (double?)(now!.ThrottledPeriods - before!.ThrottledPeriods) / periods,
                0 => 0,
                _ => null,
            },
            now?.MemoryBytes ?? later.Scrape?.Value("process_resident_memory_bytes"),
            now?.MemoryLimitBytes,
            later.Scrape?.Value("dotnet_gc_heap_bytes"),
            later.Scrape?.Value("rinha_http_open_connections"));
    }

    private static double? FromProcessMetrics(ProcessReading earlier, ProcessReading later) =>
        earlier.Scrape is { } before && later.Scrape is { } now && now.Value("process_cpu_seconds_total") is not null
            ? new ScrapeInterval(before, now).Increase("process_cpu_seconds_total")
            : null;

    private static double? Difference(double? before, double? now) => now < before ? now : now - before;
}
