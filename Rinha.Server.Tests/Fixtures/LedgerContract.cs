namespace Rinha.Server.Tests.Fixtures;

/// <summary>Tests of a ledger, each on a new one.</summary>
public abstract class LedgerContract<TPlace> : IDisposable
    where TPlace : ILedgerPlace, new()
{
    protected TPlace Place { get; } = new();

    protected ILedger Ledger => Place.Ledger;

    public void Dispose()
    {
        Place.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>Tests of the files of a ledger, each in a new directory.</summary>
public abstract class FileTest : IDisposable
{
    protected TemporaryDirectory Files { get; } = new();

    protected string FilePath => Files.File("rinha.db");

    public void Dispose()
    {
        Files.Dispose();
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

    /// <summary>The first column of the first row.</summary>
    long Query(string sql);

    void Execute(string sql);

    /// <summary>Whether the database itself turns a statement down because it breaks a constraint.</summary>
    bool Refuses(string sql);

    /// <summary>
    /// Fails unless every balance is the sum of its history and within its limit, and seq counts a client's rows
    /// 1, 2, 3 ….
    /// </summary>
    void AssertBalanced();
}

/// <summary>What every new ledger holds.</summary>
internal static class SeedAccounts
{
    public static readonly IReadOnlyDictionary<long, long> LimitsCents = new Dictionary<long, long>
    {
        [1] = 100_000,
        [2] = 80_000,
        [3] = 1_000_000,
        [4] = 10_000_000,
        [5] = 500_000,
    };
}
