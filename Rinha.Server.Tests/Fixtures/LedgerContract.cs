namespace Rinha.Server.Tests.Fixtures;

public abstract class LedgerContract<TStorage> : IDisposable
    where TStorage : LedgerStorage, new()
{
    protected TStorage Storage { get; } = new();

    protected ILedger Ledger => Storage.Ledger;

    public void Dispose()
    {
        Storage.Dispose();
        GC.SuppressFinalize(this);
    }
}

// Tests of a ledger's files, each in a new directory.
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

// A new ledger of one kind, for tests that must pass on every kind. Tests open any number of instances, which compete
// as processes do. Query and Execute use another connection.
public abstract class LedgerStorage : IDisposable
{
    private readonly List<ILedger> _instances = [];

    // The first instance, opened on first use.
    public ILedger Ledger => _instances.Count == 0 ? Open() : _instances[0];

    // Opens one more instance, which this object closes.
    public ILedger Open()
    {
        var ledger = OpenOne();
        _instances.Add(ledger);
        return ledger;
    }

    // Closes every instance.
    public void Close()
    {
        _instances.ForEach(ledger => ((IDisposable)ledger).Dispose());
        _instances.Clear();
    }

    // Whether the database rejects a statement because it violates a constraint.
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

    // The first column of the first row.
    public abstract long Query(string sql);

    public abstract void Execute(string sql);

    // Fails unless every balance is the sum of its history and within its limit, and seq counts a client's rows from 1.
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
