namespace Rinha.Server.Tests.Fixtures;

/// <summary>Tests that hold for every kind of ledger, each on a new one.</summary>
public abstract class LedgerContract<TPlace> : IDisposable
    where TPlace : ILedgerPlace, new()
{
    /// <summary>Where the ledger is.</summary>
    protected TPlace Place { get; } = new();

    /// <summary>Its first instance.</summary>
    protected ILedger Ledger => Place.Ledger;

    public void Dispose()
    {
        Place.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>
/// Where a new ledger is. Any number of instances may be opened, which compete as processes do; and there is a
/// connection beside them to look at the rows. All that a test says of a ledger in these words holds for every kind.
/// </summary>
public interface ILedgerPlace : IDisposable
{
    /// <summary>The first instance, opened when first asked for.</summary>
    ILedger Ledger { get; }

    /// <summary>Opens one more instance; it is closed with this object at the latest.</summary>
    ILedger Open();

    /// <summary>Closes every instance.</summary>
    void Close();

    /// <summary>The first column of the first row, seen by a connection of its own.</summary>
    long Query(string sql);

    /// <summary>Runs statements on a connection of its own.</summary>
    void Execute(string sql);

    /// <summary>Whether the database itself turns a statement down because it breaks a constraint.</summary>
    bool Refuses(string sql);

    /// <summary>
    /// Fails unless every balance is the sum of its history and within its limit, and seq counts a client's rows
    /// 1, 2, 3 ….
    /// </summary>
    void AssertBalanced();
}
