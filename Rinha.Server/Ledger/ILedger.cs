namespace Rinha.Server.Ledger;

/// <summary>
/// The bank's book. Any thread may call any member. What a completed write changed is seen at once by every read that
/// starts after it, in this process and in every other one on the same ledger. Reads are of one snapshot and do not
/// wait for writers.
/// </summary>
public interface ILedger
{
    /// <summary>
    /// Posts a transaction, or resets the ledger, atomically. The task ends when the outcome is final: with
    /// <see cref="PostResult.Accepted"/> after the commit, with anything else but
    /// <see cref="PostResult.OutcomeUnknown"/> when nothing was changed and nothing will be. <paramref name="write"/>
    /// belongs to the ledger until then.
    /// </summary>
    ValueTask<PostResult> WriteAsync(PendingWrite write);

    /// <summary>Fills an account's statement; it belongs to the ledger until the task ends.</summary>
    ValueTask<LookupResult> ReadStatementAsync(long accountId, Statement statement);

    /// <summary>
    /// Fills the page that is wanted (<see cref="HistoryPage.Begin"/>) of an account's history; it belongs to the ledger
    /// until the task ends. What is posted meanwhile never moves a transaction to another page: pages are cut by
    /// sequence.
    /// </summary>
    ValueTask<LookupResult> ReadHistoryAsync(long accountId, HistoryPage page);

    /// <summary>Looks an account up; also the health check's real read of the ledger.</summary>
    ValueTask<LookupResult> FindAccountAsync(long accountId);

    /// <summary>Whether writes can be expected to be taken.</summary>
    WriterState Writer { get; }
}

/// <summary>The outcome of a write. Only <see cref="Accepted"/> has surely changed the ledger.</summary>
public enum PostResult
{
    /// <summary>Committed and durable as the synchronous setting promises.</summary>
    Accepted,

    /// <summary>No such account.</summary>
    UnknownAccount,

    /// <summary>The debit would take the balance below minus the limit.</summary>
    LimitExceeded,

    /// <summary>The credit would take the balance beyond 64 bits.</summary>
    BalanceOverflow,

    /// <summary>The key was already used for a different transaction.</summary>
    KeyReused,

    /// <summary><see cref="Limits.IdempotencyKeysMax"/> keys are being kept.</summary>
    TooManyKeys,

    /// <summary>The ledger stayed locked for <see cref="Limits.BusyTimeoutMs"/>.</summary>
    Busy,

    /// <summary><see cref="Limits.QueuedWritesMax"/> writes are waiting already.</summary>
    Overloaded,

    /// <summary>The database could not be written; the reason is in the log.</summary>
    StorageFailed,

    /// <summary>The connection was lost before the database confirmed. This alone may have changed the ledger.</summary>
    OutcomeUnknown,

    /// <summary>The server is stopping and takes no more writes.</summary>
    Stopping,
}

/// <summary>The outcome of a read.</summary>
public enum LookupResult
{
    /// <summary>Read, from one consistent snapshot.</summary>
    Found,

    /// <summary>No such account.</summary>
    UnknownAccount,

    /// <summary>The ledger was locked for reads too: a process stands still while changing what a read needs.</summary>
    Busy,

    /// <summary>The database could not be read; the reason is in the log.</summary>
    StorageFailed,
}

/// <summary>Whether a write that comes now can be expected to be taken.</summary>
public enum WriterState
{
    /// <summary>Yes.</summary>
    Ready,

    /// <summary>
    /// Writes are timing out (<see cref="Limits.BusyTimeoutMs"/>): another process or program stays inside the ledger.
    /// </summary>
    Locked,

    /// <summary>The writer has ended.</summary>
    Ended,
}
