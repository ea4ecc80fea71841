using Npgsql;

namespace Rinha.Server.Postgres;

// What a failure says of the transaction it came from (https://www.postgresql.org/docs/15/errcodes-appendix.html).
internal static class PostgresFailure
{
    // Whether the server has rolled everything back and the same may simply be tried again: it collided with another
    // transaction, or the same key arrived in two of them (the second finds it at its next try).
    public static bool MayBeTriedAgain(Exception error) => error is PostgresException postgres
        && (postgres.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected
            || postgres is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "chaves_pkey" });

    // Whether the server has rolled everything back because a row stayed locked.
    public static bool IsLockTimeout(Exception error) =>
        error is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable };

    // Whether the server itself says that it has rolled everything back: an ERROR ends the transaction, after anything
    // worse, or silence, the outcome is unknown.
    public static bool IsRolledBack(Exception error) => error is PostgresException
    {
        InvariantSeverity: "ERROR",
        SqlState: not PostgresErrorCodes.StatementCompletionUnknown,
    };

    // Whether nothing came in time: to wait once more would be too long for any client.
    public static bool IsTimeout(Exception error) => (error.InnerException ?? error) is TimeoutException;

    // Whether it is the database's, or the way to it, that fails. A connection that breaks just before it is used says
    // so with an InvalidOperationException.
    public static bool IsOfStorage(Exception error) =>
        error is NpgsqlException or IOException or TimeoutException or InvalidOperationException
            or System.Net.Sockets.SocketException;
}
