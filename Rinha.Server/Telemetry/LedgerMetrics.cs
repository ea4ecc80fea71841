using System.Diagnostics.Metrics;

namespace Rinha.Server.Telemetry;

/// <summary>What the ledger counts of its commits. Any thread may record.</summary>
internal sealed class LedgerMetrics
{
    private long _committed;
    private long _refused;
    private long _retries;

    /// <summary>How many writes shared a commit.</summary>
    public HistogramFamily BatchWrites { get; } = new(
        "rinha_ledger_batch_writes",
        "Writes that shared a commit.",
        new BucketBounds(1, 2, 4, 8, 16, 32, 64, 128, Limits.BatchWritesMax),
        unitsPerOne: 1);

    /// <summary>How long COMMIT took, in nanoseconds.</summary>
    public HistogramFamily CommitDuration { get; } = Durations(
        "rinha_ledger_commit_duration_seconds",
        "Time that the commit of a batch took; with PostgreSQL, its round trip.");

    /// <summary>How long a turn waited at the gate, in nanoseconds; 0 if it found it free.</summary>
    public HistogramFamily GateWait { get; } = Durations(
        "rinha_ledger_gate_wait_seconds",
        "Time that a turn waited at the gate between the processes, from its first try to its entry.");

    /// <summary>How long a checkpoint took, in nanoseconds.</summary>
    public HistogramFamily CheckpointDuration { get; } = Durations(
        "rinha_ledger_checkpoint_duration_seconds", "Time that a checkpoint took, waiting for the gate included.");

    /// <summary>Counts the transactions of a commit.</summary>
    /// <param name="committed">Those that are in the history now.</param>
    /// <param name="refused">Those that the ledger's rules turned away.</param>
    public void CountTransactions(int committed, int refused)
    {
        Interlocked.Add(ref _committed, committed);
        Interlocked.Add(ref _refused, refused);
    }

    /// <summary>Counts that a batch is tried again.</summary>
    public void CountRetry() => Interlocked.Increment(ref _retries);

    /// <summary>Adds what every ledger has to the metrics of the server.</summary>
    /// <param name="metrics">Those of the server.</param>
    /// <param name="queuedWrites">How many writes wait.</param>
    public void AddTo(MetricSet metrics, Func<int> queuedWrites)
    {
        metrics.Add(new ObservedFamily(
            "rinha_ledger_transactions_total",
            "Transactions that were committed, and that the ledger's rules refused.",
            () => [Transactions(ref _committed, "committed"), Transactions(ref _refused, "refused")]));
        metrics.Add(BatchWrites);
        metrics.Add(CommitDuration);
        metrics.Add(new ObservedFamily(
            "rinha_ledger_queued_writes", "Writes that wait for their commit.", () => queuedWrites()));
    }

    /// <summary>
    /// Adds what a ledger in another server has: batches that it rolled back and that were tried again.
    /// </summary>
    public void AddRetriesTo(MetricSet metrics) => metrics.Add(new ObservedFamily(
        "rinha_ledger_retries_total",
        "Batches that the database rolled back because they collided with another, and that were tried again.",
        () => Interlocked.Read(ref _retries)));

    /// <summary>Adds what a ledger in a file has.</summary>
    /// <param name="metrics">Those of the server.</param>
    /// <param name="databasePath">The database file; beside it lies its write-ahead log.</param>
    public void AddFileTo(MetricSet metrics, string databasePath)
    {
        metrics.Add(GateWait);
        metrics.Add(CheckpointDuration);
        metrics.Add(new ObservedFamily(
            "rinha_ledger_wal_bytes", "Size of the write-ahead log's file.", () => LengthOf(databasePath + "-wal")));
        metrics.Add(new ObservedFamily(
            "rinha_ledger_database_bytes", "Size of the database's file.", () => LengthOf(databasePath)));
    }

    private static HistogramFamily Durations(string name, string help) =>
        new(name, help, BucketBounds.Durations, Clock.NsPerSecond);

    private static Measurement<double> Transactions(ref long count, string result) =>
        new(Interlocked.Read(ref count), new KeyValuePair<string, object?>("result", result));

    private static long LengthOf(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? file.Length : 0;
    }
}
