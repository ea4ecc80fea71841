using SQLitePCL;

namespace Rinha.Server.Sqlite;

// One SQL statement, compiled once for its connection and run many times by its thread.
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
            throw database.Error(sql);
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

    // Runs to the next row or to the end. Returns SqliteResult.Row, SqliteResult.Done or an extended error code.
    public int Step() => StatementCalls.Step(_pointer);

    // Makes the statement ready to run again and ends its part in the transaction.
    public void Reset() => _ = StatementCalls.Reset(_pointer);

    // Runs a statement that gives no rows.
    public int Run()
    {
        var result = Step();
        Reset();
        return result;
    }

    public long Int64(int column) => StatementCalls.ColumnInt64(_pointer, column);

    // The bytes of the row's column, a blob or a text, NUL characters included; valid until the next step or reset.
    public unsafe ReadOnlySpan<byte> Bytes(int column)
    {
        // The blob first: asking for it may convert the value and with it the number of bytes.
        var bytes = StatementCalls.ColumnBlob(_pointer, column);
        return new ReadOnlySpan<byte>(bytes, StatementCalls.ColumnBytes(_pointer, column));
    }

    public void Dispose() => _handle.Dispose();
}
