using System.Threading.Tasks.Sources;

namespace Rinha.Server.Ledger;

/// <summary>
/// A write on its way through the ledger: waited for by the one that handed it in, completed once by the ledger, then
/// free to be used again. The waiter's continuation runs on the completing thread, so it must not block.
/// </summary>
public abstract class PendingWrite : IValueTaskSource<PostResult>
{
    private ManualResetValueTaskSourceCore<PostResult> _completion;

    /// <summary><see cref="Environment.TickCount64"/> at which the write was handed in, in milliseconds.</summary>
    public long QueuedAtMs { get; private set; }

    /// <summary>Called by the ledger as it takes the write in; the task ends with <see cref="Complete"/>.</summary>
    public ValueTask<PostResult> Begin()
    {
        _completion.Reset();
        QueuedAtMs = Environment.TickCount64;
        return new ValueTask<PostResult>(this, _completion.Version);
    }

    /// <summary>Ends the wait, exactly once after each <see cref="Begin"/>.</summary>
    public void Complete(PostResult result) => _completion.SetResult(result);

    PostResult IValueTaskSource<PostResult>.GetResult(short token) => _completion.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<PostResult>.GetStatus(short token) => _completion.GetStatus(token);

    void IValueTaskSource<PostResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _completion.OnCompleted(continuation, state, token, flags);
}
