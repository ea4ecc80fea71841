using System.Security.Authentication;
using System.Security.Cryptography;
using Npgsql;

namespace Rinha.Server.Postgres;

// What a failure means for its transaction (https://www.postgresql.org/docs/15/errcodes-appendix.html).
internal static class PostgresFailure
{
    // Whether the server rolled the transaction back and a retry may succeed: it conflicted with another one, or both
    // inserted the same key (the retry will find it).
    public static bool IsRetryable(Exception error) => error is PostgresException postgres
        && (postgres.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected
            || postgres is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "chaves_pkey" });

    // Whether the server rolled the transaction back because a row stayed locked.
    public static bool IsLockTimeout(Exception error) =>
        error is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable };

    // Whether the server confirmed the rollback. An ERROR does; after PANIC or no answer the outcome is unknown. Citus
    // also reports by an ERROR that it lost a worker, or stopped waiting for it: the worker may have committed.
    public static bool IsRolledBack(Exception error, bool isDistributed) => error is PostgresException
    {
        InvariantSeverity: "ERROR",
        SqlState: not PostgresErrorCodes.StatementCompletionUnknown and var state,
    } && !(isDistributed && state[..2] is "08" or "57" or "58" or "XX");

    // Whether PostgreSQL itself ended the session, as a pooler names no routine: by an operator, or a timeout.
    public static bool IsEndedByOperator(PostgresException error) => error is
    {
        InvariantSeverity: "FATAL",
        Routine: "ProcessInterrupts",
    };

    // Whether the server reports a commit that may be lost or incomplete: only on its own disk, because its wait for a
    // synchronous standby was cancelled; or, with Citus, unconfirmed by a worker. The routine is the same in every
    // language, and the SQLSTATE (01000) is that of every warning.
    public static bool IsUnconfirmedCommit(PostgresNotice notice) =>
        notice.Routine is "SyncRepWaitForLSN" or "FinishRemoteTransactionCommit";

    // Whether a server may not be up yet: nothing listens at its address, its name is not known yet, it is starting, or
    // it is a standby. PgBouncer has one code for all it says, as that PostgreSQL does not answer.
    public static bool IsNotUpYet(Exception error) =>
        error is SocketException or TimeoutException or NpgsqlException { IsTransient: true }
            or PostgresException { SqlState: PostgresErrorCodes.ProtocolViolation };

    // The failure in one line for an operator. host: where the server was looked for.
    public static string Describe(Exception error, string? host) => error switch
    {
        PostgresException postgres => $"{postgres.MessageText} ({postgres.SqlState})",
        _ when IsUnknownHost(error) => $"the host name '{host}' does not resolve",
        NpgsqlException { InnerException: { } cause } => $"{error.Message}: {cause.Message}",
        _ => error.Message,
    };

    // Whether no answer came in time. A retry would exceed every client's timeout.
    public static bool IsTimeout(Exception error) => (error.InnerException ?? error) is TimeoutException;

    // Whether the database or its connection failed. A connection that breaks just before use throws
    // InvalidOperationException.
    public static bool IsStorageFailure(Exception error) =>
        error is NpgsqlException or IOException or TimeoutException or InvalidOperationException
            or SocketException or UnauthorizedAccessException or AuthenticationException or CryptographicException;

    private static bool IsUnknownHost(Exception error) =>
        (error as SocketException ?? error.InnerException) is SocketException cause
        && cause.SocketErrorCode is SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData;
}
