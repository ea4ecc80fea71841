namespace Rinha.Server.Sqlite;

/// <summary>SQLite refused something that is not part of a request's expected outcomes.</summary>
/// <param name="message">What was tried and what SQLite said.</param>
/// <param name="resultCode">SQLite's extended result code (https://www.sqlite.org/rescode.html).</param>
public sealed class SqliteException(string message, int resultCode) : Exception(message)
{
    /// <summary>SQLite's extended result code.</summary>
    public int ResultCode { get; } = resultCode;
}
