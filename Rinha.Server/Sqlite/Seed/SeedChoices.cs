namespace Rinha.Server.Sqlite.Seed;

/// <summary>
/// What the design this one comes from chose, each in place of a choice of this one: for benchmarks, which show in this
/// way what each is worth. Any of them may be taken with any other.
/// </summary>
[Flags]
public enum SeedChoices
{
    /// <summary>The product as it is.</summary>
    None = 0,

    /// <summary>
    /// <see cref="Limits.SeedConnections"/> writing connections on threads of the pool, a transaction and a commit for
    /// each request; instead of one writer that commits together what waits.
    /// </summary>
    Connections = 1,

    /// <summary>
    /// A deferred BEGIN, which takes the write lock at the first change, after what the transaction has read: if
    /// another connection has it then, or has written since, the request is answered
    /// <see cref="Ledger.PostResult.Busy"/> at once, and nothing is tried again; instead of BEGIN IMMEDIATE.
    /// </summary>
    Begin = 2,

    /// <summary>
    /// SQLite's busy handler, which sleeps and looks again, between all writers; instead of the gate.
    /// </summary>
    Busy = 4,

    /// <summary>
    /// SQLite's own checkpoints, in whichever commit finds <see cref="Limits.SeedCheckpointPages"/> pages in the log;
    /// instead of the checkpointer's.
    /// </summary>
    Checkpoint = 8,

    /// <summary>A line of the log for each request, for which it waits if need be; instead of none.</summary>
    Log = 16,

    /// <summary>All of them: the design this one comes from.</summary>
    All = Connections | Begin | Busy | Checkpoint | Log,
}
