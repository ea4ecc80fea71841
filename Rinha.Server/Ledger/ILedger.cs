namespace Rinha.Server.Ledger;

/// <summary>
/// The bank's book. Any thread may call any member. What a completed write changed is seen at once by every read that
/// starts after it, in this process and in every other one on the same ledger. Each read sees one snapshot and does not
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
    ValueTask<WriteOutcome> WriteAsync(PendingWrite write);

    /// <summary>
    /// The round in which the event loop's writes share a commit; <see langword="null"/> when the ledger takes every
    /// write by <see cref="WriteAsync"/>.
    /// </summary>
    IWriteRound? Round { get; }

    /// <summary>Fills an account's statement; it belongs to the ledger until the task ends.</summary>
    ValueTask<LookupResult> ReadStatementAsync(long accountId, Statement statement);

    /// <summary>
    /// Fills the page that is wanted (<see cref="HistoryPage.Begin"/>); it belongs to the ledger until the task ends.
    /// Pages are cut by sequence: what is posted meanwhile never moves a transaction to another page.
    /// </summary>
    ValueTask<LookupResult> ReadHistoryAsync(long accountId, HistoryPage page);

    /// <summary>Looks an account up; also the health check's real read of the ledger.</summary>
    ValueTask<LookupResult> FindAccountAsync(long accountId);

    WriterState Writer { get; }
}

/// <summary>
/// What became of a write. The balance is the one after the transaction and the limit the account's, both 0 unless a
/// transaction was accepted; one sent again under its key gets those of the first time.
/// </summary>
public readonly record struct WriteOutcome(PostResult Result, long BalanceCents = 0, long LimitCents = 0)
{
    /// <summary>Whether the rules refused a transaction; it was not a failure.</summary>
    public bool IsRefusal =>
        Result is PostResult.UnknownAccount or PostResult.LimitExceeded or PostResult.BalanceOverflow;

    public static implicit operator WriteOutcome(PostResult result) => new(result);
}

/// <summary>The result of a write. Only <see cref="Accepted"/> is sure to have changed the ledger.</summary>
public enum PostResult
{
    Accepted, // Committed and durable as the synchronous setting promises.
    UnknownAccount,
    LimitExceeded, // The debit would take the balance below minus the limit.
    BalanceOverflow, // The credit would take the balance beyond 64 bits.
    KeyReused, // The key was already used for a different transaction.
    TooManyKeys, // Limits.IdempotencyKeysMax are being kept.
    Busy, // The ledger stayed locked for Limits.BusyTimeoutMs.
    Overloaded, // Limits.QueuedWritesMax writes are waiting already.
    StorageFailed, // The database could not be written; the reason is in the log.
    OutcomeUnknown, // The connection was lost before the database confirmed: this alone may have changed the ledger.
    Stopping, // The server takes no more writes.
}

/// <summary>The outcome of a read.</summary>
public enum LookupResult
{
    Found, // Read, from one consistent snapshot.
    UnknownAccount,
    Busy, // Locked for reads too: a process was stopped while changing what a read needs.
    StorageFailed, // The database could not be read; the reason is in the log.
}

/// <summary>Whether a write that comes now can be expected to be taken.</summary>
public enum WriterState
{
    Ready,
    Locked, // Writes are timing out: another process or program stays inside the ledger.
    Ended, // The writer's thread has ended.
}
