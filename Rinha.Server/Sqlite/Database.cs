using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Rinha.Server.Sqlite.Native;
using Rinha.Server.Telemetry;

namespace Rinha.Server.Sqlite;

/// <summary>
/// One connection to the database file. SQLite's own mutexes are off (SQLITE_OPEN_NOMUTEX): one thread at a time.
/// </summary>
internal sealed class Database : IDisposable
{
    private const int OpenReadOnly = 0x1;
    private const int OpenReadWrite = 0x2;
    private const int OpenCreate = 0x4;
    private const int OpenNoMutex = 0x8000;
    private const int OpenExtendedResultCodes = 0x02000000;

    private readonly string _path;
    private nint _handle;

    private Database(string path, nint handle)
    {
        _path = path;
        _handle = handle;
    }

    /// <summary>SQLite's connection pointer.</summary>
    public nint Handle => _handle;

    /// <summary>Whether a transaction is open.</summary>
    public bool InTransaction => NativeSqlite.GetAutocommit(_handle) == 0;

    /// <summary>Whether nothing can be written: SQLite opens a file so that it may not open otherwise.</summary>
    public bool IsReadOnly => NativeSqlite.IsReadOnly(_handle, "main") != 0;

    /// <summary>How many rows the last INSERT, UPDATE or DELETE has changed.</summary>
    public int Changes => NativeSqlite.Changes(_handle);

    /// <summary>Opens the file, creating an empty one if there is none.</summary>
    /// <exception cref="SqliteException">It cannot be opened.</exception>
    public static Database Open(string path) => Open(path, OpenReadWrite | OpenCreate);

    /// <summary>
    /// Opens a file that is there, so that closing it leaves no trace in it or in its write-ahead log.
    /// </summary>
    /// <exception cref="SqliteException">It cannot be opened.</exception>
    public static Database OpenToLook(string path) => Open(path, OpenReadOnly);

    /// <summary>How long to wait for a lock, in milliseconds.</summary>
    public void SetBusyTimeout(int timeoutMs) =>
        Check(NativeSqlite.BusyTimeout(_handle, timeoutMs), this, "set the busy timeout");

    /// <summary>From now on statements sleep now and then, so that others have the processor.</summary>
    public unsafe void YieldOften() =>
        NativeSqlite.ProgressHandler(_handle, Limits.AuditYieldSteps, &OnProgress, 0);

    /// <summary>
    /// Whether changes are checked against foreign keys; also inside a transaction, where the pragma does nothing.
    /// </summary>
    public void EnforceForeignKeys(bool enforces)
    {
        const int enableForeignKeys = 1002; // SQLITE_DBCONFIG_ENABLE_FKEY
        Check(
            NativeSqlite.Configure(_handle, enableForeignKeys, enforces ? 1 : 0, 0),
            this,
            "switch foreign keys on or off");
    }

    /// <summary>Runs statements that give no rows, or whose rows do not matter.</summary>
    /// <exception cref="SqliteException">One of them failed; those before it have run.</exception>
    public void Execute(string sql) => Check(NativeSqlite.Execute(_handle, sql, 0, 0, 0), this, sql);

    /// <summary>Runs a statement whose failure is no surprise.</summary>
    /// <returns>Whether it succeeded.</returns>
    public bool TryExecute(string sql) => NativeSqlite.Execute(_handle, sql, 0, 0, 0) == SqliteResult.Ok;

    /// <summary>Prepares one statement, to be run many times.</summary>
    /// <exception cref="SqliteException">It does not fit the schema.</exception>
    public PreparedStatement Prepare(string sql) => new(this, sql);

    /// <summary>Runs a statement and gives the first column of its first row.</summary>
    /// <exception cref="SqliteException">It failed or gave no row.</exception>
    public long QueryInt64(string sql)
    {
        using var statement = Prepare(sql);
        var result = statement.Step();
        return result == SqliteResult.Row ? statement.Int64(0) : throw Error(sql);
    }

    /// <summary>Runs a statement and gives the first column of its first row as text.</summary>
    /// <exception cref="SqliteException">It failed or gave no row.</exception>
    public string QueryText(string sql)
    {
        using var statement = Prepare(sql);
        var result = statement.Step();
        return result == SqliteResult.Row ? System.Text.Encoding.UTF8.GetString(statement.Utf8(0)) : throw Error(sql);
    }

    /// <summary>
    /// Moves pages of the write-ahead log into the database file: as many as no reader needs where they are.
    /// </summary>
    /// <param name="truncates">
    /// Whether the log is to be empty afterwards (SQLITE_CHECKPOINT_TRUNCATE); a reader or a writer makes that busy.
    /// </param>
    /// <param name="walPages">Pages in the log.</param>
    /// <param name="movedPages">How many of them are in the database file now.</param>
    /// <returns>A result code of SQLite.</returns>
    public int Checkpoint(bool truncates, out int walPages, out int movedPages)
    {
        const int passive = 0; // SQLITE_CHECKPOINT_PASSIVE: waits for nobody.
        const int truncate = 3; // SQLITE_CHECKPOINT_TRUNCATE
        return NativeSqlite.WalCheckpoint(
            _handle, 0, truncates ? truncate : passive, out walPages, out movedPages);
    }

    /// <summary>
    /// Moves the bulk of the log into the database file, beside those who commit, until what they write meanwhile is
    /// little. SQLite itself syncs what a checkpoint has moved only when nobody has committed during it: here it is
    /// synced after each pass, so that the last one, which no commit may disturb, does not wait for all of it.
    /// </summary>
    /// <param name="walPages">Pages in the log.</param>
    /// <param name="movedPages">How many of them are in the database file now.</param>
    /// <returns>A result code of SQLite.</returns>
    public int CheckpointBulk(out int walPages, out int movedPages)
    {
        for (var pass = 1; ; pass++)
        {
            var result = Checkpoint(truncates: false, out walPages, out movedPages);
            var began = Clock.NowNs;
            if (result == SqliteResult.Ok)
            {
                result = SyncFile();
            }

            if (result != SqliteResult.Ok
                || pass == Limits.CheckpointPassesMax
                || Clock.NowNs - began < Limits.CheckpointSyncNs)
            {
                return result;
            }
        }
    }

    // What SQLite does for itself, with its own descriptor: to close another one of the same file would free its locks.
    private unsafe int SyncFile()
    {
        const int filePointer = 7; // SQLITE_FCNTL_FILE_POINTER
        const int syncNormal = 2; // SQLITE_SYNC_NORMAL
        const int syncMethod = 5; // Of sqlite3_io_methods: the version, xClose, xRead, xWrite, xTruncate, xSync.
        var result = NativeSqlite.FileControl(_handle, 0, filePointer, out var file);
        return result == SqliteResult.Ok
            ? ((delegate* unmanaged[Cdecl]<nint, int, int>)(*(nint**)file)[syncMethod])(file, syncNormal)
            : result;
    }

    /// <summary>What SQLite says of this connection's last failure.</summary>
    public unsafe SqliteException Error(string attempt) =>
        new($"{_path}: {attempt}: {Marshal.PtrToStringUTF8((nint)NativeSqlite.ErrorMessage(_handle))}",
            NativeSqlite.ExtendedErrorCode(_handle));

    public void Dispose()
    {
        if (_handle != 0)
        {
            _ = NativeSqlite.Close(_handle);
            _handle = 0;
        }
    }

    private static Database Open(string path, int mode)
    {
        const int flags = OpenNoMutex | OpenExtendedResultCodes;
        var result = NativeSqlite.Open(path, out var handle, mode | flags, 0);
        var database = new Database(path, handle);
        if (result != SqliteResult.Ok)
        {
            var error = database.Error("open");
            database.Dispose();
            throw error;
        }

        database.SetBusyTimeout(Limits.BusyTimeoutMs);
        return database;
    }

    private static void Check(int result, Database database, string attempt)
    {
        if (result != SqliteResult.Ok)
        {
            Throw(database, attempt);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnProgress(nint context)
    {
        Thread.Sleep(Limits.AuditYieldMs);
        return 0; // Go on.
    }

    [DoesNotReturn]
    private static void Throw(Database database, string attempt) => throw database.Error(attempt);
}
