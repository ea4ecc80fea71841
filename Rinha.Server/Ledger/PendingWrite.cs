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
