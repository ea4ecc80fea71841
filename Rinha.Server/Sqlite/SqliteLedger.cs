using Microsoft.Extensions.Logging;
using Rinha.Server.Ledger;

namespace Rinha.Server.Sqlite;

/// <summary>
/// The ledger in one SQLite file, shared by any number of processes: all writes of this one go through its writer,
/// reads run on the caller's thread over a pool of reading connections and wait for nobody.
/// </summary>
public sealed class SqliteLedger : ILedger, IDisposable
{
    private readonly LedgerFile _file;
    private readonly Checkpointer _checkpointer;
    private readonly LedgerWriter _writer;
    private readonly ILogger _logger;

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
        _logger = logger;
        _file = LedgerFile.Open(path, synchronous);
        _checkpointer = new Checkpointer(_file, logger);
        _writer = new LedgerWriter(_file, _checkpointer, logger);
        _idleReaders.Push(new StatementReader(_file));
    }

    /// <inheritdoc/>
    public ValueTask<PostResult> WriteAsync(PendingWrite write) => _writer.WriteAsync(write);

    /// <inheritdoc/>
    public LookupResult ReadStatement(long accountId, Statement statement)
    {
        var reader = RentReader();
        var result = reader.Read(accountId, statement);
        Return(reader, result);
        return result;
    }

    /// <inheritdoc/>
    public LookupResult FindAccount(long accountId)
    {
        var reader = RentReader();
        var result = reader.Find(accountId);
        Return(reader, result);
        return result;
    }

    /// <summary>Finishes the writes that wait and closes the file. No other member may be called any more.</summary>
    public void Dispose()
    {
        _writer.Dispose();
        _checkpointer.Dispose();
        foreach (var reader in _idleReaders)
        {
            reader.Dispose();
        }
    }

    private StatementReader RentReader()
    {
        lock (_idleReaders)
        {
            if (_idleReaders.TryPop(out var reader))
            {
                return reader;
            }
        }

        return new StatementReader(_file);
    }

    private void Return(StatementReader reader, LookupResult result)
    {
        if (result == LookupResult.StorageFailed)
        {
            Log.StorageFailed(_logger, reader.LastError);
        }

        lock (_idleReaders)
        {
            _idleReaders.Push(reader);
        }
    }
}
