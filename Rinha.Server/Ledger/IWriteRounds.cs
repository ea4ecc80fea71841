namespace Rinha.Server.Ledger;

/// <summary>
/// A ledger that commits once for all the writes that one thread hands in during a round. Only that thread calls these
/// members; any other thread may write meanwhile, and is not part of the round.
/// </summary>
public interface IWriteRounds
{
    /// <summary>How many writes the round has brought so far.</summary>
    int RoundWrites { get; }

    /// <summary>From now on the calling thread's writes wait for its end.</summary>
    void BeginRound();

    /// <summary>
    /// Ends the round by committing what it has brought. Never blocks.
    /// </summary>
    /// <returns>
    /// <see langword="false"/> when that has to wait for another process: the round goes on, and may grow.
    /// </returns>
    bool TryEndRound();

    /// <summary>Ends the round by leaving what it has brought to another thread.</summary>
    void LeaveRound();
}
