using Rinha.Server.Sqlite.Native;

namespace Rinha.Server.Sqlite;

/// <summary>One SQL statement, compiled once for its connection and run many times by its thread.</summary>
internal sealed class PreparedStatement : IDisposable
{
    private const uint Persistent = 0x1;

    // SQLITE_TRANSIENT: SQLite copies the text before the call returns.
    private const nint Transient = -1;

    private nint _handle;

    public PreparedStatement(Database database, string sql)
    {
        if (NativeSqlite.Prepare(database.Handle, sql, -1, Persistent, out _handle, 0) != SqliteResult.Ok)
        {
            throw database.Error(sql);
        }
    }

    /// <summary>Sets a parameter; the first has index 1.</summary>
    public void Bind(int index, long value) => _ = NativeSqlite.BindInt64(_handle, index, value);

    /// <summary>Sets a parameter to NULL.</summary>
    public void BindNull(int index) => _ = NativeSqlite.BindNull(_handle, index);

    /// <summary>Sets a parameter to a text, NUL characters included.</summary>
    public unsafe void Bind(int index, ReadOnlySpan<byte> utf8)
    {
        fixed (byte* text = utf8)
        {
            _ = NativeSqlite.BindText(_handle, index, text, utf8.Length, Transient);
        }
    }

    /// <summary>Sets a parameter to bytes.</summary>
    public unsafe void BindBlob(int index, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* blob = bytes)
        {
            _ = NativeSqlite.BindBlob(_handle, index, blob, bytes.Length, Transient);
        }
    }

    /// <summary>Runs to the next row or to the end.</summary>
    /// <returns><see cref="SqliteResult.Row"/>, <see cref="SqliteResult.Done"/> or an extended error code.</returns>
    public int Step() => NativeSqlite.Step(_handle);

    /// <summary>Makes the statement ready to run again and ends its part in the transaction.</summary>
    public void Reset() => _ = NativeSqlite.Reset(_handle);

    /// <summary>Runs a statement that gives no rows.</summary>
    /// <returns><see cref="SqliteResult.Done"/> or an extended error code.</returns>
    public int Run()
    {
        var result = Step();
        Reset();
        return result;
    }

    /// <summary>The row's column as an integer.</summary>
    public long Int64(int column) => NativeSqlite.ColumnInt64(_handle, column);

    /// <summary>The row's column as text; valid until the next step or reset.</summary>
    public unsafe ReadOnlySpan<byte> Utf8(int column)
    {
        // The text first: asking for it may convert the value and with it the number of bytes.
        var text = NativeSqlite.ColumnText(_handle, column);
        return new ReadOnlySpan<byte>(text, NativeSqlite.ColumnBytes(_handle, column));
    }

    /// <summary>The row's column as bytes; valid until the next step or reset.</summary>
    public unsafe ReadOnlySpan<byte> Blob(int column)
    {
        var blob = NativeSqlite.ColumnBlob(_handle, column);
        return new ReadOnlySpan<byte>(blob, NativeSqlite.ColumnBytes(_handle, column));
    }

    public void Dispose()
    {
        if (_handle != 0)
        {
            _ = NativeSqlite.Finalize(_handle);
            _handle = 0;
        }
    }
}
