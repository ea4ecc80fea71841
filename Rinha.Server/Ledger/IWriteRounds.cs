namespace Rinha.Server.Ledger;

/// <summary>
/// A ledger that commits once for all the writes that one thread hands in during a round. Only that thread calls these
/// members; any other thread may write meanwhile, and is not part of the round.
/// </summary>
public interface IWriteRounds
{
    /// <summary>How many writes the round has brought so far.</summary>
    int RoundWrites { get; }

    /// <summary>From now on the calling thread's writes wait for the round's end.</summary>
    void BeginRound();

    /// <summary>
    /// Ends the round by committing what it has brought, or by leaving it to another thread if that would mean to wait
    /// for long. Never blocks.
    /// </summary>
    /// <returns>
    /// <see langword="false"/> when another process is at its turn just now: the round goes on, may grow, and is still
    /// to be ended.
    /// </returns>
    bool TryEndRound();

    /// <summary>Ends the round by leaving what it has brought to another thread.</summary>
    void LeaveRound();
}
