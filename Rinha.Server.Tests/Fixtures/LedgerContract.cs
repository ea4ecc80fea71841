namespace Rinha.Server.Tests.Fixtures;

public abstract class LedgerContract<TPlace> : IDisposable
    where TPlace : LedgerPlace, new()
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
/// Where a new ledger is. Any number of instances may be opened, which compete as processes do; Query and Execute use
/// another connection. All that a test says of a ledger in these words holds for every kind.
/// </summary>
public abstract class LedgerPlace : IDisposable
{
    private readonly List<ILedger> _instances = [];

    /// <summary>The first instance, opened when first asked for.</summary>
    public ILedger Ledger => _instances.Count == 0 ? Open() : _instances[0];

    /// <summary>Opens one more instance; it is closed with this object at the latest.</summary>
    public ILedger Open()
    {
        var ledger = OpenOne();
        _instances.Add(ledger);
        return ledger;
    }

    /// <summary>Closes every instance.</summary>
    public void Close()
    {
        _instances.ForEach(ledger => ((IDisposable)ledger).Dispose());
        _instances.Clear();
    }

    /// <summary>Whether the database itself turns a statement down because it breaks a constraint.</summary>
    public bool Refuses(string sql)
    {
        try
        {
            Execute(sql);
            return false;
        }
        catch (Exception error) when (error
            is Microsoft.Data.Sqlite.SqliteException { SqliteErrorCode: 19 } // SQLITE_CONSTRAINT
            or Npgsql.PostgresException { SqlState: ['2', '3', ..] })
        {
            return true;
        }
    }

    public void Dispose()
    {
        Close();
        Delete();
        GC.SuppressFinalize(this);
    }

    /// <summary>The first column of the first row.</summary>
    public abstract long Query(string sql);

    public abstract void Execute(string sql);

    /// <summary>
    /// Fails unless every balance is the sum of its history and within its limit, and seq counts a client's rows
    /// 1, 2, 3 ….
    /// </summary>
    public abstract void AssertBalanced();

    protected abstract ILedger OpenOne();

    protected abstract void Delete();
}

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
