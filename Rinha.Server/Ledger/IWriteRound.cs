namespace Rinha.Server.Ledger;

/// <summary>
/// The writes that the event loop commits together: what one look at the sockets has brought. A ledger that has a round
/// gives it to the loop, and the loop hands it on with each turn at a connection (<see cref="LoopTurn"/>). Only the
/// loop's thread calls these members; a write of any other thread goes to <see cref="ILedger.WriteAsync"/>.
/// </summary>
public interface IWriteRound
{
    int Writes { get; }

    /// <summary>As <see cref="ILedger.WriteAsync"/>, but the write waits for the end of the round.</summary>
    ValueTask<WriteOutcome> JoinAsync(PendingWrite write);

    /// <summary>
    /// Ends the round by committing what it has, or by leaving it to another thread if that would mean to wait for
    /// long. Never blocks. <see langword="false"/> when another process is at its turn just now: the round goes on, may
    /// grow, and is still to be ended.
    /// </summary>
    bool TryEnd();

    /// <summary>Ends the round by leaving what it has to another thread.</summary>
    void Leave();
}

/// <summary>
/// A connection's feature that tells its requests which round they are in: the loop's, while the loop is at the
/// connection. What another thread completes finds none.
/// </summary>
public sealed class LoopTurn
{
    /// <summary>The round, or <see langword="null"/>. To be asked on the thread that received the request.</summary>
    public IWriteRound? Round { get; internal set; }
}
