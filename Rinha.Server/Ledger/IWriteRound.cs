namespace Rinha.Server.Ledger;

/// <summary>
/// The writes that the event loop has received since its last commit and commits together. The loop offers the round
/// to a connection during the connection's turn (<see cref="LoopTurn"/>). Another thread that calls a method gets an
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
public sealed class LoopTurn
{
    /// <summary>The round, or <see langword="null"/>. Read it on the thread that received the request.</summary>
    public IWriteRound? Round { get; internal set; }
}
