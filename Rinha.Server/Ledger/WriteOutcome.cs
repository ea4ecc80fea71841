namespace Rinha.Server.Ledger;

/// <summary>
/// What became of a write. The balance is the one after the transaction and the limit the account's, both 0 unless a
/// transaction was accepted; one sent again under its key gets those of the first time.
/// </summary>
public readonly record struct WriteOutcome(PostResult Result, long BalanceCents = 0, long LimitCents = 0)
{
    /// <summary>Whether the rules refused a transaction; it was not a failure.</summary>
    public bool IsRefusal =>
        Result is PostResult.UnknownAccount or PostResult.LimitExceeded or PostResult.BalanceOverflow;

    public static implicit operator WriteOutcome(PostResult result) => new(result);
}

/// <summary>The result of a write. Only <see cref="Accepted"/> is sure to have changed the ledger.</summary>
public enum PostResult
{
    Accepted, // Committed and durable as the synchronous setting promises.
    UnknownAccount,
    LimitExceeded, // The debit would take the balance below minus the limit.
    BalanceOverflow, // The credit would take the balance beyond 64 bits.
    KeyReused, // The key was already used for a different transaction.
    TooManyKeys, // Limits.IdempotencyKeysMax are being kept.
    Busy, // The ledger stayed locked for Limits.BusyTimeoutMs.
    Overloaded, // Limits.QueuedWritesMax writes are waiting already.
    StorageFailed, // The database could not be written; the reason is in the log.
    OutcomeUnknown, // The connection was lost before the database confirmed: this alone may have changed the ledger.
    Stopping, // The server takes no more writes.
}

/// <summary>The outcome of a read.</summary>
public enum LookupResult
{
    Found, // Read, from one consistent snapshot.
    UnknownAccount,
    Busy, // Locked for reads too: a process was stopped while changing what a read needs.
    StorageFailed, // The database could not be read; the reason is in the log.
}

/// <summary>Whether a write that comes now can be expected to be taken.</summary>
public enum WriterState
{
    Ready,
    Locked, // Writes are timing out: another process or program stays inside the ledger.
    Ended, // The writer's thread has ended.
}
