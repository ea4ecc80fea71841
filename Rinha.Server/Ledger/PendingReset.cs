namespace Rinha.Server.Ledger;

/// <summary>A wish to take every balance to 0 and to empty the history.</summary>
public sealed class PendingReset : PendingWrite;
