namespace Rinha.Server.Ledger;

/// <summary>
/// A ledger that commits once for all the writes that one thread hands in during a round. Only that thread calls these
/// members; any other thread may write meanwhile, and is not part of the round.
/// </summary>
public interface IWriteRounds
{
    /// <summary>How many writes the round has brought so far.</summary>
    int RoundWrites { get; }

    /// <summary>From now on the calling thread's writes wait for <see cref="EndRound"/>.</summary>
    void BeginRound();

    /// <summary>
    /// Commits what the round has brought, or leaves it to another thread if that would mean to wait. Never blocks.
    /// </summary>
    void EndRound();
}
