namespace Rinha.Server.Telemetry;

// The ledger's metrics. Any thread may record.
internal sealed class LedgerMetrics
{
    private long _committed;
    private long _refused;
    private long _retries;

    public HistogramFamily BatchWrites { get; } = new(
        "rinha_ledger_batch_writes",
        "Writes in one commit.",
        new BucketBounds(1, 2, 4, 8, 16, 32, 64, 128, Limits.BatchWritesMax),
        unitsPerOne: 1);

    // Recorded in nanoseconds, like the durations below.
    public HistogramFamily CommitDuration { get; } = HistogramFamily.OfDurations(
        "rinha_ledger_commit_duration_seconds",
        "Time to commit a batch; with PostgreSQL, its round trip.");

    // 0 if the gate was free.
    public HistogramFamily GateWait { get; } = HistogramFamily.OfDurations(
        "rinha_ledger_gate_wait_seconds",
        "Time that a turn waited for the gate between the processes, from its first try to its entry.");

    public HistogramFamily CheckpointDuration { get; } = HistogramFamily.OfDurations(
        "rinha_ledger_checkpoint_duration_seconds", "Time that a checkpoint took, including the wait for the gate.");

    public void CountTransactions(int committed, int refused)
    {
        Interlocked.Add(ref _committed, committed);
        Interlocked.Add(ref _refused, refused);
    }

    public void CountRetry() => Interlocked.Increment(ref _retries);

    // For every ledger.
    public void AddTo(MetricSet metrics, Func<int> queuedWrites, Func<bool> isWritable)
    {
        metrics.Add(
            "rinha_ledger_transactions_total",
            "Transactions that were committed, or refused by the ledger's rules.",
            () =>
            [
                new MetricSample(Interlocked.Read(ref _committed), ("result", "committed")),
                new MetricSample(Interlocked.Read(ref _refused), ("result", "refused")),
            ]);
        metrics.Add(BatchWrites);
        metrics.Add(CommitDuration);
        metrics.Add("rinha_ledger_queued_writes", "Writes that wait for a commit.", () => queuedWrites());
        metrics.Add(
            "rinha_ledger_writable",
            "1 while writes are committed; 0 while they fail or time out, as GET /health says.",
            () => isWritable() ? 1 : 0);
    }

    // For a ledger in PostgreSQL.
    public void AddPostgresTo(MetricSet metrics, Func<string> host)
    {
        metrics.Add(
            "rinha_ledger_retries_total",
            "Batches that were retried: rolled back because of a conflict, or because their connection was lost.",
            () => Interlocked.Read(ref _retries));
        metrics.Add(
            "rinha_ledger_host_info",
            "Always 1, labelled with the host that the ledger is on, or was on last.",
            () => [new MetricSample(1, ("host", host()))]);
    }

    // For a ledger in a file.
    public void AddFileTo(MetricSet metrics, string databasePath)
    {
        metrics.Add(GateWait);
        metrics.Add(CheckpointDuration);
        metrics.Add(
            "rinha_ledger_wal_bytes", "Size of the write-ahead log.", () => LengthOf(databasePath + "-wal"));
        metrics.Add("rinha_ledger_database_bytes", "Size of the database file.", () => LengthOf(databasePath));
    }

    private static long LengthOf(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? file.Length : 0;
    }
}
