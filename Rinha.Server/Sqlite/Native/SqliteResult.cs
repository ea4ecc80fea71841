namespace Rinha.Server.Sqlite.Native;

/// <summary>SQLite's result codes that the ledger tells apart (https://www.sqlite.org/rescode.html).</summary>
internal static class SqliteResult
{
    public const int Ok = 0;
    public const int Busy = 5;
    public const int ReadOnly = 8;
    public const int Corrupt = 11;
    public const int Full = 13;
    public const int NotDatabase = 26;
    public const int Row = 100;
    public const int Done = 101;

    /// <summary>The low byte of an extended code is its primary code.</summary>
    public static int Primary(int result) => result & 0xFF;
}
