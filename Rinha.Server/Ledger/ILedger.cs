using System.Threading.Tasks.Sources;

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
    /// <see cref="PostResult.Accepted"/> the change is committed, with <see cref="PostResult.OutcomeUnknown"/> it may
    /// be, and with any other result nothing was changed and nothing will be. <paramref name="write"/> belongs to the
    /// ledger until then.
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

    /// <summary>An account, which need not exist, that tells whether the ledger can be read.</summary>
    long ProbeAccountId => 1;

    WriterState Writer { get; }
}

/// <summary>
/// The writes that the event loop has received since its last commit and commits together. The loop offers the round to
/// a connection during the connection's slice (<see cref="CurrentRound"/>). Another thread that calls a method gets an
/// <see cref="InvalidOperationException"/>, and nothing is done; it writes with <see cref="ILedger.WriteAsync"/>.
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

    /// <summary>
    /// Whether every byte received belongs to a request that is over. The application sets it, the transport resets it.
    /// </summary>
    public bool IsBetweenRequests { get; set; }
}

/// <summary>The outcome of a read.</summary>
public enum LookupResult
{
    Found, // Read, from one consistent snapshot.
    UnknownAccount,
    Busy, // Locked for reads too: a process was stopped while changing what a read needs.
    StorageFailed, // The database could not be read; the reason is in the log.
}

/// <summary>Whether the ledger will most likely take a new write.</summary>
public enum WriterState
{
    Ready,
    Locked, // Writes are timing out: another process or program stays inside the ledger.
    Failing, // The last write failed in the storage, and no write has succeeded since.
    Ended, // The writer's thread has ended.
}

/// <summary>
/// A write on its way through the ledger: awaited by its caller, completed once by the ledger, then free to be used
/// again. The caller's continuation runs on the completing thread, so it must not block.
/// </summary>
public abstract class PendingWrite : IValueTaskSource<WriteOutcome>
{
    private ManualResetValueTaskSourceCore<WriteOutcome> _completion;

    /// <summary><see cref="Environment.TickCount64"/> at which the write was handed in, in milliseconds.</summary>
    public long QueuedAtMs { get; private set; }

    /// <summary>Called by the ledger as it takes the write in; the task ends with <see cref="Complete"/>.</summary>
    public ValueTask<WriteOutcome> Begin()
    {
        _completion.Reset();
        QueuedAtMs = Environment.TickCount64;
        return new ValueTask<WriteOutcome>(this, _completion.Version);
    }

    /// <summary>Ends the wait, exactly once after each <see cref="Begin"/>.</summary>
    public void Complete(WriteOutcome outcome) => _completion.SetResult(outcome);

    WriteOutcome IValueTaskSource<WriteOutcome>.GetResult(short token) => _completion.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<WriteOutcome>.GetStatus(short token) => _completion.GetStatus(token);

    void IValueTaskSource<WriteOutcome>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _completion.OnCompleted(continuation, state, token, flags);
}

/// <summary>A transaction to post.</summary>
public sealed class PendingPost : PendingWrite
{
    public long AccountId { get; set; }

    public TransactionKind Kind { get; set; }

    /// <summary>1 to <see cref="Limits.AmountCentsMax"/>.</summary>
    public long AmountCents { get; set; }

    public Description Description { get; set; }

    /// <summary>
    /// The account's key under which the client may send the same transaction again without its being posted again: 1
    /// to <see cref="Limits.IdempotencyKeyLengthMax"/> visible ASCII characters; <see langword="null"/> for none.
    /// </summary>
    public string? IdempotencyKey { get; set; }
}

/// <summary>Request to zero every balance and delete the history.</summary>
public sealed class PendingReset : PendingWrite;

/// <summary>
/// What became of a write. The balance is the one after the transaction and the limit the account's, both 0 unless a
/// transaction was accepted; one sent again under its key gets those of the first time.
/// </summary>
/// <param name="Sequence">
/// An accepted transaction's number within its account; 0 without a key, and for a key that an older version kept.
/// </param>
/// <param name="IsReplay">Whether the key was known, and this is its first answer again.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct WriteOutcome(
    PostResult Result, long BalanceCents = 0, long LimitCents = 0, long Sequence = 0, bool IsReplay = false)
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
    KeyReused, // The account's key was already used for a different transaction.
    TooManyKeys, // Limits.IdempotencyKeysMax are being kept.
    Busy, // The ledger stayed locked for Limits.BusyTimeoutMs.
    Overloaded, // Limits.QueuedWritesMax writes are waiting already.
    StorageFailed, // The database could not be written; the reason is in the log.
    OutcomeUnknown, // The connection was lost before the database confirmed: this alone may have changed the ledger.
    Stopping, // The server takes no more writes.
}
