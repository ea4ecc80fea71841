namespace Rinha.Server.Ledger;

/// <summary>One accepted transaction, as a page of the history lists it.</summary>
/// <param name="Sequence">Its place among the account's transactions: the first has 1.</param>
/// <param name="Transaction">What was posted.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct HistoryEntry(long Sequence, StatementEntry Transaction);
