using SQLitePCL;

namespace Rinha.Server.Sqlite;

// A SQL statement, compiled once and run many times on the thread of its connection.
internal sealed class PreparedStatement : IDisposable
{
    // SQLITE_TRANSIENT: SQLite copies the bytes before the call returns.
    private const nint Transient = -1;

    private readonly sqlite3_stmt _handle;
    private readonly nint _pointer;

    public PreparedStatement(Database database, string sql, params ReadOnlySpan<long> parameters)
    {
        const uint persistent = raw.SQLITE_PREPARE_PERSISTENT;
        if (raw.sqlite3_prepare_v3(database.Handle, sql, persistent, out _handle) != SqliteResult.Ok)
        {
            throw database.Error();
        }

        _pointer = _handle.DangerousGetHandle();
        for (var index = 0; index < parameters.Length; index++)
        {
            Bind(index + 1, parameters[index]);
        }
    }

    // The first parameter has index 1.
    public void Bind(int index, long value) => _ = StatementCalls.BindInt64(_pointer, index, value);

    public void BindNull(int index) => _ = StatementCalls.BindNull(_pointer, index);

    public unsafe void Bind(int index, ReadOnlySpan<byte> utf8)
    {
        fixed (byte* text = utf8)
        {
            _ = StatementCalls.BindText(_pointer, index, text, utf8.Length, Transient);
        }
    }

    public unsafe void BindBlob(int index, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* blob = bytes)
        {
            _ = StatementCalls.BindBlob(_pointer, index, blob, bytes.Length, Transient);
        }
    }

    // Returns SqliteResult.Row, SqliteResult.Done or an extended error code.
    public int Step() => StatementCalls.Step(_pointer);

    // Also releases the statement's locks outside a transaction.
    public void Reset() => _ = StatementCalls.Reset(_pointer);

    // For a statement that returns no rows.
    public int Run()
    {
        var result = Step();
        Reset();
        return result;
    }

    public long Int64(int column) => StatementCalls.ColumnInt64(_pointer, column);

    public bool IsNull(int column) => StatementCalls.ColumnType(_pointer, column) == raw.SQLITE_NULL;

    // A column's blob or text, including NULs; valid until the next step or reset.
    public unsafe ReadOnlySpan<byte> Bytes(int column)
    {
        // Read the blob before its length: reading it may convert the value.
        var bytes = StatementCalls.ColumnBlob(_pointer, column);
        return new ReadOnlySpan<byte>(bytes, StatementCalls.ColumnBytes(_pointer, column));
    }

    public void Dispose() => _handle.Dispose();
}

// The calls of the hot path, about thirty a transaction, on raw pointers. They save SQLitePCLRaw's dispatch and
// reference count for each call.
internal static unsafe partial class StatementCalls
{
    private const string Library = "e_sqlite3";

    [LibraryImport(Library, EntryPoint = "sqlite3_step")]
    public static partial int Step(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_reset")]
    public static partial int Reset(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_int64")]
    public static partial int BindInt64(nint statement, int index, long value);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_null")]
    public static partial int BindNull(nint statement, int index);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_text")]
    public static partial int BindText(nint statement, int index, byte* text, int length, nint destructor);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_blob")]
    public static partial int BindBlob(nint statement, int index, byte* bytes, int length, nint destructor);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_int64")]
    public static partial long ColumnInt64(nint statement, int index);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_type")]
    public static partial int ColumnType(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_blob")]
    public static partial byte* ColumnBlob(nint statement, int index);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_bytes")]
    public static partial int ColumnBytes(nint statement, int index);

    [LibraryImport(Library, EntryPoint = "sqlite3_changes")]
    public static partial int Changes(nint database);
}
