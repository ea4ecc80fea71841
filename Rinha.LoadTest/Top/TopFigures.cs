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
