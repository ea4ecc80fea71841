namespace Rinha.Server.Sqlite;

/// <summary>An unexpected failure of a SQLite call.</summary>
public sealed class SqliteException(string message, int resultCode) : Exception(message)
{
    /// <summary>SQLite's extended result code.</summary>
    public int ResultCode { get; } = resultCode;
}

// The SQLite result codes that the ledger distinguishes (https://www.sqlite.org/rescode.html).
internal static class SqliteResult
{
    public const int Ok = 0;
    public const int Busy = 5;
    public const int ReadOnly = 8;
    public const int IoError = 10;
    public const int Corrupt = 11;
    public const int Full = 13;
    public const int Protocol = 15;
    public const int NotDatabase = 26;
    public const int Row = 100;
    public const int Done = 101;

    // The primary code is the low byte of an extended code.
    public static int Primary(int result) => result & 0xFF;

    // Whether the call timed out on another connection's lock. SQLITE_PROTOCOL: a process was stopped while it changed
    // the WAL index, and no read could start for 10 s.
    public static bool IsLocked(int result) => Primary(result) is Busy or Protocol;
}
