using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Rinha.Server.Ledger;
using Rinha.Server.Telemetry;

namespace Rinha.Server.Sqlite;

/// <summary>
/// The ledger in one SQLite file, shared by any number of processes: all writes of this one go through its writer,
/// reads run on the caller's thread over a pool of reading connections and wait for nobody.
/// </summary>
public sealed class SqliteLedger : ILedger, IWriteRounds, IDisposable
{
    private readonly LedgerFile _file;
    private readonly Checkpointer _checkpointer;
    private readonly LedgerWriter _writer;
    private readonly StorageAlarm _alarm;
    private readonly LedgerMetrics _metrics = new();

    // Reads do not await, so there are never more readers than threads.
    private readonly Stack<StatementReader> _idleReaders = new();

    /// <summary>Opens the ledger's file, making an empty ledger (schema.sql) if there is none.</summary>
    /// <param name="path">The database file; its directory must exist.</param>
    /// <param name="synchronous">What a commit waits for.</param>
    /// <param name="logger">Told of storage failures, never of single requests.</param>
    /// <exception cref="SqliteException">The file is not a ledger of this version, or cannot be used.</exception>
    /// <exception cref="IOException">The directory does not exist or a file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be opened.</exception>
    public SqliteLedger(string path, Synchronous synchronous, ILogger logger)
    {
        _alarm = new StorageAlarm(logger);
        _file = LedgerFile.Open(path, synchronous);
        _checkpointer = new Checkpointer(_file, _alarm, _metrics);
        _writer = new LedgerWriter(_file, synchronous, _checkpointer, _alarm, _metrics, logger);
        _idleReaders.Push(new StatementReader(_file));
    }

    /// <inheritdoc/>
    public ValueTask<PostResult> WriteAsync(PendingWrite write) => _writer.WriteAsync(write);

    /// <inheritdoc/>
    public WriterState Writer => _writer.State;

    /// <inheritdoc/>
    public int RoundWrites => _writer.RoundWrites;

    /// <inheritdoc/>
    public void BeginRound() => _writer.BeginRound();

    /// <inheritdoc/>
    public bool TryEndRound() => _writer.TryEndRound();

    /// <inheritdoc/>
    public void LeaveRound() => _writer.LeaveRound();

    /// <inheritdoc/>
    public ValueTask<LookupResult> ReadStatementAsync(long accountId, Statement statement)
    {
        if (!TryRentReader(out var reader))
        {
            return new ValueTask<LookupResult>(LookupResult.StorageFailed);
        }

        return Return(reader, reader.Read(accountId, statement));
    }

    /// <inheritdoc/>
    public ValueTask<LookupResult> ReadHistoryAsync(long accountId, HistoryPage page)
    {
        if (!TryRentReader(out var reader))
        {
            return new ValueTask<LookupResult>(LookupResult.StorageFailed);
        }

        return Return(reader, reader.ReadHistory(accountId, page));
    }

    /// <inheritdoc/>
    public ValueTask<LookupResult> FindAccountAsync(long accountId)
    {
        if (!TryRentReader(out var reader))
        {
            return new ValueTask<LookupResult>(LookupResult.StorageFailed);
        }

        return Return(reader, reader.Find(accountId));
    }

    /// <summary>Adds what the ledger counts to the metrics of the server.</summary>
    internal void AddTo(MetricSet metrics)
    {
        _metrics.AddTo(metrics, () => _writer.QueuedWrites);
        _metrics.AddFileTo(metrics, _file.Path);
    }

    /// <summary>Finishes the writes that wait and closes the file. No other member may be called any more.</summary>
    public void Dispose()
    {
        _writer.Dispose();
        if (!_writer.HasEnded)
        {
            return; // It waits for another process's lock and goes on with the rest until this process ends.
        }

        _checkpointer.Dispose();
        lock (_idleReaders)
        {
            while (_idleReaders.TryPop(out var reader))
            {
                reader.Dispose();
            }
        }
    }

    private bool TryRentReader([NotNullWhen(true)] out StatementReader? reader)
    {
        lock (_idleReaders)
        {
            if (_idleReaders.TryPop(out reader))
            {
                return true;
            }
        }

        try
        {
            reader = new StatementReader(_file);
            return true;
        }
        catch (SqliteException error)
        {
            _alarm.Raise(error);
            return false;
        }
    }

    private ValueTask<LookupResult> Return(StatementReader reader, LookupResult result)
    {
        if (result == LookupResult.StorageFailed)
        {
            _alarm.Raise(reader.LastError);
        }

        lock (_idleReaders)
        {
            _idleReaders.Push(reader);
        }

        return new ValueTask<LookupResult>(result);
    }
}
