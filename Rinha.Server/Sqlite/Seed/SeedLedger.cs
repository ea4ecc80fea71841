using Microsoft.Extensions.Logging;
using Rinha.Server.Ledger;
using Rinha.Server.Telemetry;

namespace Rinha.Server.Sqlite.Seed;

/// <summary>
/// The ledger as the design this one comes from would write it, for benchmarks: connections that take turns on threads
/// of the pool, for what <see cref="SqliteLedger"/>'s rounds have no place. It reads as that one does, and the rules of
/// the money hold as there.
/// </summary>
public sealed class SeedLedger : ILedger, IDisposable
{
    private const SeedChoices OwnChoices = SeedChoices.Connections | SeedChoices.Begin | SeedChoices.Busy;

    private readonly LedgerFile _file;
    private readonly ReaderPool _readers;
    private readonly Checkpointer _checkpointer;
    private readonly LedgerMetrics _metrics = new();
    private readonly WriteQueue _queue = new();
    private readonly Timer _busyCheck;
    private readonly Stack<SeedWriter> _idle = new();
    private readonly int _writerCount;

    /// <summary>Opens the ledger's file, as <see cref="SqliteLedger"/> does.</summary>
    /// <param name="path">The database file; its directory must exist.</param>
    /// <param name="synchronous">What a commit waits for.</param>
    /// <param name="seed">
    /// Without <see cref="SeedChoices.Connections"/> there is one connection, and what waits is committed together.
    /// </param>
    /// <param name="logger">Told of storage failures, never of single requests.</param>
    /// <exception cref="SqliteException">The file is not a ledger of this version, or cannot be used.</exception>
    /// <exception cref="IOException">
    /// The directory does not exist, a file cannot be opened, or more than two such ledgers would use the gate.
    /// </exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be opened.</exception>
    public SeedLedger(string path, Synchronous synchronous, SeedChoices seed, ILogger logger)
    {
        var alarm = new StorageAlarm(logger);
        _file = LedgerFile.Open(path, synchronous);
        _checkpointer = new Checkpointer(_file, alarm, _metrics, seed);
        _readers = new ReaderPool(_file, alarm);
        _writerCount = seed.HasFlag(SeedChoices.Connections) ? Limits.SeedConnections : 1;
        for (var count = 0; count < _writerCount; count++)
        {
            _idle.Push(new SeedWriter(_file, seed, _queue, _checkpointer, alarm, _metrics, OnIdle));
        }

        // They sleep in the busy handler, and the pool takes long to find that out and to bring more threads.
        ThreadPool.GetMinThreads(out var threads, out var completionThreads);
        _ = ThreadPool.SetMinThreads(Math.Max(threads, _writerCount + 2), completionThreads);
        _busyCheck = new Timer(RefuseOverdue, null, Limits.BusyCheckIntervalMs, Limits.BusyCheckIntervalMs);
    }

    /// <summary>Whether any of the choices needs this ledger; <see cref="SqliteLedger"/> has the others.</summary>
    public static bool IsNeeded(SeedChoices seed) => (seed & OwnChoices) != 0;

    /// <inheritdoc/>
    public WriterState Writer => WriterState.Ready; // Nobody looks whether it is locked out.

    /// <inheritdoc/>
    public ValueTask<PostResult> WriteAsync(PendingWrite write)
    {
        var task = _queue.Add(write, wakesWriter: false);
        RunIdle();
        return task;
    }

    /// <inheritdoc/>
    public ValueTask<LookupResult> ReadStatementAsync(long accountId, Statement statement) =>
        new(_readers.Read(accountId, statement));

    /// <inheritdoc/>
    public ValueTask<LookupResult> ReadHistoryAsync(long accountId, HistoryPage page) =>
        new(_readers.ReadHistory(accountId, page));

    /// <inheritdoc/>
    public ValueTask<LookupResult> FindAccountAsync(long accountId) => new(_readers.Find(accountId));

    /// <summary>Adds what the ledger counts to the metrics of the server.</summary>
    internal void AddTo(MetricSet metrics)
    {
        _metrics.AddTo(metrics, () => _queue.Count);
        _metrics.AddFileTo(metrics, _file.Path);
    }

    /// <summary>Finishes the writes that wait and closes the file. No other member may be called any more.</summary>
    public void Dispose()
    {
        _queue.Close();
        _busyCheck.Dispose();
        if (!SpinWait.SpinUntil(AreAllIdle, Limits.WriterStopTimeoutMs))
        {
            while (_queue.TakeOlderThan(long.MaxValue) is { } waiting)
            {
                waiting.Complete(PostResult.Stopping);
            }

            return; // The end of the process ends those that wait for another one's lock.
        }

        foreach (var writer in _idle)
        {
            writer.Dispose();
        }

        _checkpointer.Dispose();
        _readers.Dispose();
        _queue.Dispose();
    }

    private void RunIdle()
    {
        SeedWriter? writer;
        lock (_idle)
        {
            _ = _idle.TryPop(out writer);
        }

        if (writer is not null)
        {
            _ = ThreadPool.UnsafeQueueUserWorkItem(writer, preferLocal: false);
        }
    }

    private void OnIdle(SeedWriter writer)
    {
        lock (_idle)
        {
            _idle.Push(writer);
        }

        // What has been added since it looked last may have found nobody idle.
        if (!_queue.IsEmpty)
        {
            RunIdle();
        }
    }

    private bool AreAllIdle()
    {
        lock (_idle)
        {
            return _idle.Count == _writerCount;
        }
    }

    private void RefuseOverdue(object? state)
    {
        while (_queue.TakeOlderThan(Environment.TickCount64 - Limits.BusyTimeoutMs) is { } overdue)
        {
            overdue.Complete(PostResult.Busy);
        }
    }
}
