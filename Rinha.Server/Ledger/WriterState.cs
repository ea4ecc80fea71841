namespace Rinha.Server.Ledger;

/// <summary>Whether a write that comes now can be expected to be taken.</summary>
public enum WriterState
{
    /// <summary>Yes.</summary>
    Ready,

    /// <summary>
    /// A write has waited for <see cref="Limits.BusyTimeoutMs"/> in vain, and nobody has got in since: another process
    /// or program stays inside the ledger.
    /// </summary>
    Locked,

    /// <summary>Nobody writes any more.</summary>
    Ended,
}
