using System.Threading.Tasks.Sources;

namespace Rinha.Server.Ledger;

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
    /// The key under which the client may send the same transaction again without its being posted again: 1 to
    /// <see cref="Limits.IdempotencyKeyLengthMax"/> visible ASCII characters; <see langword="null"/> for none.
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
    KeyReused, // The key was already used for a different transaction.
    TooManyKeys, // Limits.IdempotencyKeysMax are being kept.
    Busy, // The ledger stayed locked for Limits.BusyTimeoutMs.
    Overloaded, // Limits.QueuedWritesMax writes are waiting already.
    StorageFailed, // The database could not be written; the reason is in the log.
    OutcomeUnknown, // The connection was lost before the database confirmed: this alone may have changed the ledger.
    Stopping, // The server takes no more writes.
}
