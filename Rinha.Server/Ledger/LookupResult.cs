namespace Rinha.Server.Ledger;

/// <summary>What became of a read.</summary>
public enum LookupResult
{
    /// <summary>Read, from one consistent snapshot.</summary>
    Found,

    /// <summary>No such account.</summary>
    UnknownAccount,

    /// <summary>The ledger was locked for reads too: someone stands still while changing what a read needs.</summary>
    Busy,

    /// <summary>The database could not be read; the reason is in the log.</summary>
    StorageFailed,
}
