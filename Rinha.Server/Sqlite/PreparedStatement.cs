using SQLitePCL;

namespace Rinha.Server.Sqlite;

/// <summary>One SQL statement, compiled once for its connection and run many times by its thread.</summary>
internal sealed class PreparedStatement : IDisposable
{
    private const uint Persistent = raw.SQLITE_PREPARE_PERSISTENT;

    private readonly sqlite3_stmt _handle;

    public PreparedStatement(Database database, string sql)
    {
        if (raw.sqlite3_prepare_v3(database.Handle, sql, Persistent, out _handle) != SqliteResult.Ok)
        {
            throw database.Error(sql);
        }
    }

    /// <summary>Sets a parameter; the first has index 1.</summary>
    public void Bind(int index, long value) => _ = raw.sqlite3_bind_int64(_handle, index, value);

    /// <summary>Sets a parameter to NULL.</summary>
    public void BindNull(int index) => _ = raw.sqlite3_bind_null(_handle, index);

    /// <summary>Sets a parameter to a text, NUL characters included.</summary>
    public void Bind(int index, ReadOnlySpan<byte> utf8) => _ = raw.sqlite3_bind_text(_handle, index, utf8);

    /// <summary>Sets a parameter to bytes.</summary>
    public void BindBlob(int index, ReadOnlySpan<byte> bytes) => _ = raw.sqlite3_bind_blob(_handle, index, bytes);

    /// <summary>Runs to the next row or to the end.</summary>
    /// <returns><see cref="SqliteResult.Row"/>, <see cref="SqliteResult.Done"/> or an extended error code.</returns>
    public int Step() => raw.sqlite3_step(_handle);

    /// <summary>Makes the statement ready to run again and ends its part in the transaction.</summary>
    public void Reset() => _ = raw.sqlite3_reset(_handle);

    /// <summary>Runs a statement that gives no rows.</summary>
    /// <returns><see cref="SqliteResult.Done"/> or an extended error code.</returns>
    public int Run()
    {
        var result = Step();
        Reset();
        return result;
    }

    /// <summary>The row's column as an integer.</summary>
    public long Int64(int column) => raw.sqlite3_column_int64(_handle, column);

    /// <summary>
    /// The bytes of the row's column, a blob or a text, NUL characters included; valid until the next step or reset.
    /// </summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(_handle, column);

    public void Dispose() => _handle.Dispose();
}
