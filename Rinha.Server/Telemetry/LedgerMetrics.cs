namespace Rinha.Server.Telemetry;

// What the ledger counts of its commits. Any thread may record.
internal sealed class LedgerMetrics
{
    private long _committed;
    private long _refused;
    private long _retries;

    public HistogramFamily BatchWrites { get; } = new(
        "rinha_ledger_batch_writes",
        "Writes that shared a commit.",
        new BucketBounds(1, 2, 4, 8, 16, 32, 64, 128, Limits.BatchWritesMax),
        unitsPerOne: 1);

    // In nanoseconds, as the durations below.
    public HistogramFamily CommitDuration { get; } = HistogramFamily.OfDurations(
        "rinha_ledger_commit_duration_seconds",
        "Time that the commit of a batch took; with PostgreSQL, its round trip.");

    // 0 if a turn found it free.
    public HistogramFamily GateWait { get; } = HistogramFamily.OfDurations(
        "rinha_ledger_gate_wait_seconds",
        "Time that a turn waited at the gate between the processes, from its first try to its entry.");

    public HistogramFamily CheckpointDuration { get; } = HistogramFamily.OfDurations(
        "rinha_ledger_checkpoint_duration_seconds", "Time that a checkpoint took, waiting for the gate included.");

    // Counts the transactions of a commit: those in the history now, and those the rules refused.
    public void CountTransactions(int committed, int refused)
    {
        Interlocked.Add(ref _committed, committed);
        Interlocked.Add(ref _refused, refused);
    }

    public void CountRetry() => Interlocked.Increment(ref _retries);

    // What every ledger has.
    public void AddTo(MetricSet metrics, Func<int> queuedWrites)
    {
        metrics.Add(
            "rinha_ledger_transactions_total",
            "Transactions that were committed, and that the ledger's rules refused.",
            () =>
            [
                new MetricSample(Interlocked.Read(ref _committed), ("result", "committed")),
                new MetricSample(Interlocked.Read(ref _refused), ("result", "refused")),
            ]);
        metrics.Add(BatchWrites);
        metrics.Add(CommitDuration);
        metrics.Add("rinha_ledger_queued_writes", "Writes that wait for their commit.", () => queuedWrites());
    }

    // What a ledger in another server has.
    public void AddRetriesTo(MetricSet metrics) => metrics.Add(
        "rinha_ledger_retries_total",
        "Batches that the database rolled back because they collided with another, and that were tried again.",
        () => Interlocked.Read(ref _retries));

    // What a ledger in a file has.
    public void AddFileTo(MetricSet metrics, string databasePath)
    {
        metrics.Add(GateWait);
        metrics.Add(CheckpointDuration);
        metrics.Add(
            "rinha_ledger_wal_bytes", "Size of the write-ahead log's file.", () => LengthOf(databasePath + "-wal"));
        metrics.Add("rinha_ledger_database_bytes", "Size of the database's file.", () => LengthOf(databasePath));
    }

    private static long LengthOf(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? file.Length : 0;
    }
}
