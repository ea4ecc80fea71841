namespace Rinha.LoadTest.Top;

/// <summary>A stack during an interval: what `top` shows.</summary>
/// <param name="Total">All operations together.</param>
/// <param name="Operations">Those that there were, in the order in which they matter.</param>
/// <param name="Ledger">The ledger.</param>
/// <param name="Processes">The processes.</param>
internal sealed record TopFigures(
    OperationFigures Total,
    IReadOnlyList<OperationFigures> Operations,
    LedgerFigures Ledger,
    IReadOnlyList<ProcessFigures> Processes)
{
    private const string Requests = "rinha_http_requests_total";
    private const string Durations = "rinha_http_request_duration_seconds";
    private const string Transactions = "rinha_ledger_transactions_total";
    private const string Batches = "rinha_ledger_batch_writes";
    private const string Commits = "rinha_ledger_commit_duration_seconds";
    private const string GateWaits = "rinha_ledger_gate_wait_seconds";
    private const string Checkpoints = "rinha_ledger_checkpoint_duration_seconds";

    private static readonly string[] s_order = ["post", "statement", "history", "health", "reset", "metrics", "other"];

    /// <summary>
    /// Between two readings of the same stack. An instance counts only if it has answered both times.
    /// </summary>
    public static TopFigures Between(TopReading earlier, TopReading later)
    {
        var seconds = Math.Max(later.AtSeconds - earlier.AtSeconds, 1e-3);
        var pairs = earlier.Processes.Zip(later.Processes).ToList();
        List<ScrapeInterval> intervals =
        [
            .. from pair in pairs
               where pair.First.Scrape is not null && pair.Second.Scrape is not null
               select new ScrapeInterval(pair.First.Scrape!, pair.Second.Scrape!),
        ];
        return new TopFigures(
            Operation("all", _ => true, intervals, seconds),
            [
                .. from name in s_order
                   let figures = Operation(name, series => Label(series, "operation") == name, intervals, seconds)
                   where figures.PerSecond > 0
                   select figures,
            ],
            OfLedger(intervals, later, seconds),
            [.. pairs.Select(pair => ProcessFigures.Between(pair.First, pair.Second, seconds))]);
    }

    private static OperationFigures Operation(
        string name, Func<MetricSeries, bool> isWanted, List<ScrapeInterval> intervals, double seconds)
    {
        double PerSecond(string status) => intervals.Sum(one => one.Growth(
            Requests,
            series => isWanted(series) && Label(series, "status").StartsWith(status, StringComparison.Ordinal)))
            / seconds;

        var durations = Merge(intervals, one => one.Observations(Durations, isWanted));
        return new OperationFigures(
            name, PerSecond(""), PerSecond("4"), PerSecond("5"), durations.Quantile(0.5), durations.Quantile(0.99));
    }

    private static LedgerFigures OfLedger(List<ScrapeInterval> intervals, TopReading later, double seconds)
    {
        double PerSecond(string result) => intervals.Sum(one => one.Growth(
            Transactions, series => Label(series, "result") == result)) / seconds;

        double Growth(string name) => intervals.Sum(one => one.Growth(name));

        var batches = Merge(intervals, one => one.Observations(Batches));
        var gateWaits = Merge(intervals, one => one.Observations(GateWaits));
        var batchCount = Growth(Batches + "_count");
        return new LedgerFigures(
            PerSecond("committed"),
            PerSecond("refused"),
            batchCount > 0 ? Growth(Batches + "_sum") / batchCount : null,
            batches.Quantile(0.99),
            Merge(intervals, one => one.Observations(Commits)).Quantile(0.99),
            gateWaits.Quantile(0.5),
            gateWaits.Quantile(0.99),
            Growth(Checkpoints + "_count") / seconds,
            Merge(intervals, one => one.Observations(Checkpoints)).Quantile(0.99),
            Now(later, "rinha_ledger_queued_writes") is { Count: > 0 } queued ? queued.Sum() : null,
            Largest(later, "rinha_ledger_wal_bytes"),
            Largest(later, "rinha_ledger_database_bytes"));
    }

    private static double? Largest(TopReading reading, string gauge) =>
        Now(reading, gauge) is { Count: > 0 } values ? values.Max() : null;

    private static List<double> Now(TopReading reading, string gauge) =>
        [.. reading.Processes.Select(process => process.Scrape?.Value(gauge)).OfType<double>()];

    private static Buckets Merge(List<ScrapeInterval> intervals, Func<ScrapeInterval, Buckets> take) =>
        intervals.Aggregate(new Buckets(), (all, one) => all.With(take(one)));

    private static string Label(MetricSeries series, string name) => series.Labels.GetValueOrDefault(name, "");
}

/// <summary>One operation during an interval, over all instances.</summary>
/// <param name="Name">The value of the label <c>operation</c>.</param>
/// <param name="PerSecond">Requests per second.</param>
/// <param name="RefusedPerSecond">Those that were answered 4xx.</param>
/// <param name="ErrorsPerSecond">Those that were answered 5xx.</param>
/// <param name="P50">The median of the time a request took, in seconds; missing when there was none.</param>
/// <param name="P99">The 99th percentile of it, in seconds.</param>
internal sealed record OperationFigures(
    string Name,
    double PerSecond,
    double RefusedPerSecond,
    double ErrorsPerSecond,
    double? P50,
    double? P99);

/// <summary>The ledger during an interval, over all instances; unknown figures are null.</summary>
/// <param name="CommittedPerSecond">Transactions committed per second.</param>
/// <param name="RefusedPerSecond">Transactions refused per second.</param>
/// <param name="BatchMean">How many writes a commit had on average.</param>
/// <param name="BatchP99">The 99th percentile of that.</param>
/// <param name="CommitP99">The 99th percentile of the time a commit took, in seconds.</param>
/// <param name="GateP50">The median of the wait for the gate, in seconds.</param>
/// <param name="GateP99">The 99th percentile of it.</param>
/// <param name="CheckpointsPerSecond">Checkpoints per second.</param>
/// <param name="CheckpointP99">The 99th percentile of the time a checkpoint took, in seconds.</param>
/// <param name="QueuedWrites">Writes that wait now, in all queues together.</param>
/// <param name="WalBytes">The size of the write-ahead log, which the instances share.</param>
/// <param name="DatabaseBytes">The size of the database, which they share as well.</param>
internal sealed record LedgerFigures(
    double CommittedPerSecond,
    double RefusedPerSecond,
    double? BatchMean,
    double? BatchP99,
    double? CommitP99,
    double? GateP50,
    double? GateP99,
    double CheckpointsPerSecond,
    double? CheckpointP99,
    double? QueuedWrites,
    double? WalBytes,
    double? DatabaseBytes);

/// <summary>One process during an interval; unknown figures are null.</summary>
/// <param name="Name"><c>api01</c>, <c>api02</c>, and <c>nginx</c>, <c>caddy</c> or <c>db</c>.</param>
/// <param name="State">See <see cref="ProcessReading.State"/>.</param>
/// <param name="Cpu">The CPUs it used.</param>
/// <param name="CpuLimit">How many it may use.</param>
/// <param name="ThrottledShare">In what share of the quota's periods it was used up, 0 to 1.</param>
/// <param name="MemoryBytes">The memory it has now.</param>
/// <param name="MemoryLimitBytes">How much it may have.</param>
/// <param name="HeapBytes">The part of it that is the runtime's heap.</param>
/// <param name="Connections">The connections it has open now.</param>
internal sealed record ProcessFigures(
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
    public static ProcessFigures Between(ProcessReading earlier, ProcessReading later, double seconds)
    {
        var (before, now) = (earlier.Cgroup, later.Cgroup);
        var periods = now?.Periods - before?.Periods;
        return new ProcessFigures(
            later.Name,
            later.State,
            (Increase(before?.CpuSeconds, now?.CpuSeconds) ?? Own(earlier, later)) / seconds,
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

    // Without a cgroup, what the process says itself.
    private static double? Own(ProcessReading earlier, ProcessReading later) =>
        earlier.Scrape is { } before && later.Scrape is { } now && now.Value("process_cpu_seconds_total") is not null
            ? new ScrapeInterval(before, now).Growth("process_cpu_seconds_total")
            : null;

    private static double? Increase(double? before, double? now) => now < before ? now : now - before;
}
