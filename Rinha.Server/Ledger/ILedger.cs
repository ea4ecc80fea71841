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
/// The writes that the event loop has received since its last commit and commits together. The loop offers the round
/// to a connection during the connection's slice (<see cref="CurrentRound"/>). Another thread that calls a method gets
/// an <see cref="InvalidOperationException"/>, and nothing is done; it writes with <see cref="ILedger.WriteAsync"/>.
/// </summary>
public interface IWriteRound
{
    /// <summary>How many writes have joined since the round last ended.</summary>
    int Writes { get; }

    /// <summary>As <see cref="ILedger.WriteAsync"/>, but the write waits for the end of the round.</summary>
    ValueTask<WriteOutcome> JoinAsync(PendingWrite write);

    /// <summary>
    /// Commits what is queued and completes it, which runs and answers its requests; hands it over if it would have to
    /// wait; does nothing while the gate is taken.
    /// </summary>
    RoundEnd TryCommit();

    /// <summary>Ends the round without a commit: the writer's thread takes what is queued.</summary>
    void HandOver();
}

/// <summary>What <see cref="IWriteRound.TryCommit"/> did.</summary>
public enum RoundEnd
{
    Nothing, // Nothing was queued: the round has ended.
    Committed, // The round has ended, and each write that it took has its outcome, a failed commit's included.
    HandedOver, // The commit would have to wait: the round has ended, and the writer's thread commits its writes.
    GateTaken, // The gate is taken, or it is another's turn: the round goes on and may grow. Try again, or hand over.
}

/// <summary>
/// A connection's feature that tells its requests which round they are in: the loop's, while the loop is at the
/// connection. It belongs to the connection: a request that another thread resumes must not use it.
/// </summary>
public sealed class CurrentRound
{
    /// <summary>The round, or <see langword="null"/>. Read it on the thread that received the request.</summary>
    public IWriteRound? Round { get; internal set; }
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
    Failing, // The last write failed in the storage, and no write has succeeded since.
    Ended, // The writer's thread has ended.
}
