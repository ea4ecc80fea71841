namespace Rinha.Server.Ledger;

/// <summary>One accepted transaction, as a statement lists it.</summary>
/// <param name="AmountCents">1 to <see cref="Limits.AmountCentsMax"/>, whichever the kind.</param>
/// <param name="Kind">Credit or debit.</param>
/// <param name="Description">The text as it was sent.</param>
/// <param name="PostedAt">When its transaction was written.</param>
public readonly record struct StatementEntry(
    long AmountCents, TransactionKind Kind, Description Description, Timestamp PostedAt);
