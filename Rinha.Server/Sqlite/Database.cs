using Rinha.Server.Telemetry;
using SQLitePCL;

namespace Rinha.Server.Sqlite;

// One connection to the database file; owns its prepared statements. SQLite's mutexes are off (SQLITE_OPEN_NOMUTEX), so
// use it from one thread at a time. Failures throw SqliteException.
internal sealed class Database : IDisposable
{
    private readonly string _path;
    private readonly nint _pointer;
    private readonly List<PreparedStatement> _statements = [];

    static Database() => Batteries_V2.Init();

    private Database(string path, sqlite3 handle)
    {
        _path = path;
        Handle = handle;
        _pointer = handle.DangerousGetHandle();
    }

    public sqlite3 Handle { get; }

    // SQLite silently falls back to read-only if it lacks write permission.
    public bool IsReadOnly => raw.sqlite3_db_readonly(Handle, "main") != 0;

    // Whether the file was moved, replaced or deleted since it was opened
    // (https://www.sqlite.org/c3ref/c_fcntl_begin_atomic_write.html#sqlitefcntlhasmoved).
    public bool HasMoved =>
        NativeSqlite.FileControl(Handle, 0, operation: 20, out var moved) == SqliteResult.Ok && (int)moved != 0;

    public int Changes => StatementCalls.Changes(_pointer);

    // Creates an empty file if there is none. The page size is that of a new database; others keep theirs.
    public static Database Open(string path)
    {
        var database = Open(path, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE);
        _ = database.TryExecute($"PRAGMA page_size = {Limits.PageBytes}");
        return database;
    }

    // Opens an existing file. Closing does not checkpoint.
    public static Database OpenReadOnly(string path) => Open(path, raw.SQLITE_OPEN_READONLY);

    public void SetBusyTimeout(int timeoutMs) =>
        Check(raw.sqlite3_busy_timeout(Handle, timeoutMs), "set the busy timeout");

    // From now on statements sleep at intervals, to leave the CPU to others.
    public void Throttle() => raw.sqlite3_progress_handler(
        Handle,
        Limits.AuditYieldSteps,
        static _ =>
        {
            Thread.Sleep(Limits.AuditYieldMs);
            return 0; // Continue.
        },
        null);

    // Works inside a transaction too, where PRAGMA foreign_keys is a no-op.
    public void EnforceForeignKeys(bool enforces) => Check(
        raw.sqlite3_db_config(Handle, raw.SQLITE_DBCONFIG_ENABLE_FKEY, enforces ? 1 : 0, out _),
        "set foreign key enforcement");

    public void Execute(string sql) => Check(raw.sqlite3_exec(Handle, sql), null);

    // Like Execute, but returns false on failure.
    public bool TryExecute(string sql) => raw.sqlite3_exec(Handle, sql) == SqliteResult.Ok;

    public void RollBack()
    {
        if (raw.sqlite3_get_autocommit(Handle) == 0)
        {
            _ = TryExecute("ROLLBACK");
        }
    }

    // Prepares a statement that lives as long as the connection.
    public PreparedStatement Prepare(string sql)
    {
        var statement = new PreparedStatement(this, sql);
        _statements.Add(statement);
        return statement;
    }

    public void Run(string action, string sql, params ReadOnlySpan<long> parameters)
    {
        using var statement = new PreparedStatement(this, sql, parameters);
        if (statement.Step() != SqliteResult.Done)
        {
            throw Error(action);
        }
    }

    public void ForEachRow(
        string action, string sql, Action<PreparedStatement> row, params ReadOnlySpan<long> parameters)
    {
        using var statement = new PreparedStatement(this, sql, parameters);
        int result;
        while ((result = statement.Step()) == SqliteResult.Row)
        {
            row(statement);
        }

        if (result != SqliteResult.Done)
        {
            throw Error(action);
        }
    }

    public long QueryInt64(string sql, params ReadOnlySpan<long> parameters)
    {
        using var statement = new PreparedStatement(this, sql, parameters);
        return statement.Step() == SqliteResult.Row ? statement.Int64(0) : throw Error();
    }

    public string QueryText(string sql)
    {
        using var statement = new PreparedStatement(this, sql);
        return statement.Step() == SqliteResult.Row ? Encoding.UTF8.GetString(statement.Bytes(0)) : throw Error();
    }

    // Moves the pages of the write-ahead log into the database file, as far as readers' snapshots allow; truncates also
    // empties the log. movedPages of the log's walPages are now in the database. False if another connection holds a
    // lock.
    public bool TryCheckpoint(bool truncates, out int walPages, out int movedPages)
    {
        var mode = truncates ? raw.SQLITE_CHECKPOINT_TRUNCATE : raw.SQLITE_CHECKPOINT_PASSIVE;
        var result = raw.sqlite3_wal_checkpoint_v2(Handle, "main", mode, out walPages, out movedPages);
        if (SqliteResult.Primary(result) == SqliteResult.Busy)
        {
            return false;
        }

        Check(result, "checkpoint");
        return true;
    }

    // Checkpoints in passes while others commit, until a pass has little left to sync. SQLite syncs a checkpoint only
    // if no commit came in between. Syncing after every pass keeps the final pass, which blocks commits, short.
    public void CheckpointBulk(out int walPages, out int movedPages)
    {
        for (var pass = 1; ; pass++)
        {
            var isMoved = TryCheckpoint(truncates: false, out walPages, out movedPages);
            var began = Clock.NowNs;
            if (isMoved)
            {
                SyncFile();
            }

            if (!isMoved || pass == Limits.CheckpointPassesMax || Clock.NowNs - began < Limits.CheckpointSyncNs)
            {
                return;
            }
        }
    }

    // The last failure in SQLite's words, after what was attempted if that helps an operator.
    public SqliteException Error(string? action = null) => new(
        $"{_path}: {(action is null ? "" : action + ": ")}{raw.sqlite3_errmsg(Handle).utf8_to_string()}",
        raw.sqlite3_extended_errcode(Handle));

    public void Dispose()
    {
        _statements.ForEach(statement => statement.Dispose());
        Handle.Dispose();
    }

    private static Database Open(string path, int mode)
    {
        var result = raw.sqlite3_open_v2(path, out var handle, mode | raw.SQLITE_OPEN_NOMUTEX, null);
        var database = new Database(path, handle);
        try
        {
            database.Check(result, "open");
            database.Check(raw.sqlite3_extended_result_codes(handle, 1), "open");
            database.SetBusyTimeout(Limits.BusyTimeoutMs);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    // Syncs through SQLite's own descriptor: closing another one of the same file would drop the POSIX locks.
    private unsafe void SyncFile()
    {
        const int filePointer = 7; // SQLITE_FCNTL_FILE_POINTER
        const int syncNormal = 2; // SQLITE_SYNC_NORMAL
        const int syncMethod = 5; // In sqlite3_io_methods: iVersion, xClose, xRead, xWrite, xTruncate, xSync.
        Check(NativeSqlite.FileControl(Handle, 0, filePointer, out var file), "checkpoint");
        var sync = (delegate* unmanaged[Cdecl]<nint, int, int>)(*(nint**)file)[syncMethod];
        Check(sync(file, syncNormal), "checkpoint");
    }

    private void Check(int result, string? action)
    {
        if (result != SqliteResult.Ok)
        {
            throw Error(action);
        }
    }
}
