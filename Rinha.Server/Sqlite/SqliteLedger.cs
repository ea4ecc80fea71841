using Microsoft.Extensions.Logging;
using Rinha.Server.Ledger;
using Rinha.Server.Queue;
using Rinha.Server.Sqlite.Reading;
using Rinha.Server.Sqlite.Upkeep;
using Rinha.Server.Sqlite.Writing;
using Rinha.Server.Telemetry;

namespace Rinha.Server.Sqlite;

/// <summary>
/// The ledger in one SQLite file, shared by any number of processes: this process's writes commit in its turns,
/// reads run on the caller's thread over a pool of reading connections and never wait for a writer.
/// </summary>
public sealed class SqliteLedger : ILedger, IDisposable
{
    private readonly LedgerFile _file;
    private readonly Checkpointer _checkpointer;
    private readonly WriteQueue _queue = new();
    private readonly CommitTurn _turn;
    private readonly WriterThread _writer;
    private readonly ReaderPool _readers;
    private readonly LedgerMetrics _metrics = new();

    /// <summary>
    /// Opens the ledger's file. Creates an empty ledger (schema.sql, with these accounts if given) if there is none and
    /// it may; converts an older one.
    /// </summary>
    /// <exception cref="SqliteException">The file is not a ledger of a known version, or cannot be used.</exception>
    /// <exception cref="RefusalException">
    /// It needs a conversion while another instance uses it; there is none, and none may be created; or the accounts'
    /// file is invalid.
    /// </exception>
    /// <exception cref="IOException">The directory does not exist or a file cannot be opened.</exception>
    public SqliteLedger(
        string path,
        Synchronous synchronous,
        ILogger logger,
        bool mayCreate = true,
        InitialAccounts? accounts = null)
    {
        var errors = new ThrottledErrorLog(logger);
        _file = LedgerFile.Open(path, synchronous, mayCreate: mayCreate, accounts: accounts);
        if (_file.IsNew)
        {
            Log.LedgerCreated(logger, path);
        }

        if (_file.ConvertedFrom is { } version)
        {
            Log.LedgerConverted(logger, version, LedgerFile.Versions.Current);
        }

        _checkpointer = new Checkpointer(_file, errors, _metrics);
        _turn = new CommitTurn(_file, _queue, _checkpointer, errors, _metrics);
        _writer = new WriterThread(_queue, _turn, logger);
        Round = new LoopRound(_queue, _turn, commitsSync: synchronous == Synchronous.Full);
        _readers = new ReaderPool(_file, errors);
    }

    public IWriteRound Round { get; }

    public WriterState Writer => _writer.State;

    public ValueTask<WriteOutcome> WriteAsync(PendingWrite write) => _queue.Add(write);

    public ValueTask<LookupResult> ReadStatementAsync(long accountId, Statement statement) =>
        new(_readers.Use(accountId, statement, static (reader, id, statement) => reader.Read(id, statement)));

    public ValueTask<LookupResult> ReadHistoryAsync(long accountId, HistoryPage page) =>
        new(_readers.Use(accountId, page, static (reader, id, page) => reader.ReadHistory(id, page)));

    public ValueTask<LookupResult> FindAccountAsync(long accountId) =>
        new(_readers.Use(accountId, this, static (reader, id, _) => reader.Find(id)));

    internal void AddTo(MetricSet metrics)
    {
        _metrics.AddTo(metrics, () => _queue.Count, () => Writer == WriterState.Ready);
        _metrics.AddFileTo(metrics, _file.Path);
    }

    /// <summary>Finishes the writes that wait and closes the file. Call no other member afterwards.</summary>
    public void Dispose()
    {
        _writer.Dispose();
        if (!_writer.HasEnded)
        {
            return; // The writer waits for another process's lock, and uses the rest until this one ends.
        }

        _queue.Dispose();
        _turn.Dispose();

        _checkpointer.Dispose();
        _readers.Dispose();
    }
}
