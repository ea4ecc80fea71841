namespace Rinha.Server.Tests.Ledger;

/// <summary>One post of a generated sequence, and which of two instances it goes to.</summary>
public sealed record LedgerStep(long AccountId, TransactionKind Kind, long AmountCents, string Text, int Instance);
