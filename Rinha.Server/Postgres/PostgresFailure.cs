using Npgsql;

namespace Rinha.Server.Postgres;

/// <summary>
/// What a failure says of the transaction it came from (https://www.postgresql.org/docs/15/errcodes-appendix.html).
/// </summary>
internal static class PostgresFailure
{
    /// <summary>
    /// Whether the server has rolled everything back and the same may simply be tried again: it collided with another
    /// transaction, or the same key arrived in two of them (the second finds it at its next try).
    /// </summary>
    public static bool MayBeTriedAgain(Exception error) => error is PostgresException postgres
        && (postgres.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected
            || postgres is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "chaves_pkey" });

    /// <summary>Whether the server has rolled everything back because a row stayed locked.</summary>
    public static bool IsLockTimeout(Exception error) =>
        error is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable };

    /// <summary>
    /// Whether the server itself says that it has rolled everything back: an ERROR ends the transaction, after anything
    /// worse, or silence, nobody knows.
    /// </summary>
    public static bool IsRolledBack(Exception error) => error is PostgresException
    {
        InvariantSeverity: "ERROR",
        SqlState: not PostgresErrorCodes.StatementCompletionUnknown,
    };

    /// <summary>Whether nothing came in time: to wait once more would be too long for any client.</summary>
    public static bool IsTimeout(Exception error) => (error.InnerException ?? error) is TimeoutException;

    /// <summary>
    /// Whether it is the database's, or the way to it, that fails. A connection that breaks just before it is used says
    /// so with an <see cref="InvalidOperationException"/>.
    /// </summary>
    public static bool IsOfStorage(Exception error) =>
        error is NpgsqlException or IOException or TimeoutException or InvalidOperationException
            or System.Net.Sockets.SocketException;
}
