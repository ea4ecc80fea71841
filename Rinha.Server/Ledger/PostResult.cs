namespace Rinha.Server.Ledger;

/// <summary>What became of a write. Only <see cref="Accepted"/> has surely changed the ledger.</summary>
public enum PostResult
{
    /// <summary>Committed and durable as the synchronous setting promises.</summary>
    Accepted,

    /// <summary>No such account.</summary>
    UnknownAccount,

    /// <summary>The debit would take the balance below minus the limit.</summary>
    LimitExceeded,

    /// <summary>The credit would take the balance beyond 64 bits.</summary>
    BalanceOverflow,

    /// <summary>The key has come before, with another transaction.</summary>
    KeyReused,

    /// <summary><see cref="Limits.IdempotencyKeysMax"/> keys are being kept.</summary>
    TooManyKeys,

    /// <summary>The ledger stayed locked for <see cref="Limits.BusyTimeoutMs"/>.</summary>
    Busy,

    /// <summary><see cref="Limits.QueuedWritesMax"/> writes are waiting already.</summary>
    Overloaded,

    /// <summary>The database could not be written; the reason is in the log.</summary>
    StorageFailed,

    /// <summary>
    /// The database did not say whether it has committed: it was cut off meanwhile. This alone may have changed the
    /// ledger.
    /// </summary>
    OutcomeUnknown,

    /// <summary>The server is stopping and takes no more writes.</summary>
    Stopping,
}
