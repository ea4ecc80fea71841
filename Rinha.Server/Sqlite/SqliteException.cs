namespace Rinha.Server.Sqlite;

/// <summary>SQLite refused something that is not part of a request's expected outcomes.</summary>
public sealed class SqliteException(string message, int resultCode) : Exception(message)
{
    /// <summary>SQLite's extended result code.</summary>
    public int ResultCode { get; } = resultCode;
}

// SQLite's result codes that the ledger tells apart (https://www.sqlite.org/rescode.html).
internal static class SqliteResult
{
    public const int Ok = 0;
    public const int Busy = 5;
    public const int ReadOnly = 8;
    public const int Corrupt = 11;
    public const int Full = 13;
    public const int Protocol = 15;
    public const int NotDatabase = 26;
    public const int Row = 100;
    public const int Done = 101;

    // The low byte of an extended code is its primary code.
    public static int Primary(int result) => result & 0xFF;

    // Whether another connection's lock was in the way for too long. SQLITE_PROTOCOL: a process has stopped while it
    // changed the log's index, and for 10 s not even a read could begin.
    public static bool IsLocked(int result) => Primary(result) is Busy or Protocol;
}
