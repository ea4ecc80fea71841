namespace Rinha.LoadTest.Chaos;

/// <summary>Where the fault library ends or stops a server (<c>scripts/faults/faults.h</c>).</summary>
internal enum FaultPoint
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>A writing transaction is open: SQLite's lock is taken.</summary>
    AfterBegin,

    /// <summary>A post has changed the balance and not yet the history.</summary>
    AfterUpdate,

    /// <summary>The transaction is committed, nothing is answered yet.</summary>
    AfterCommit,

    /// <summary>Inside the gate, before the transaction is opened.</summary>
    BeforeBegin,

    /// <summary>Before a write or sync of a checkpoint.</summary>
    InCheckpoint,

    /// <summary>Before one of the steps in which an empty ledger is made.</summary>
    InSchema,

    /// <summary>Before each statement of a reset, and after the last.</summary>
    InReset,
}
