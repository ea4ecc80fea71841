namespace Rinha.Server.Tests.Fixtures;

/// <summary>Tests that hold for every kind of ledger, each on a new one.</summary>
/// <typeparam name="TPlace">Which kind.</typeparam>
public abstract class LedgerContract<TPlace> : IDisposable
    where TPlace : ILedgerPlace, new()
{
    /// <summary>Where the ledger is.</summary>
    protected TPlace Place { get; } = new();

    /// <summary>Its first instance.</summary>
    protected ILedger Ledger => Place.Ledger;

    /// <inheritdoc/>
    public void Dispose()
    {
        Place.Dispose();
        GC.SuppressFinalize(this);
    }
}
