namespace Rinha.Server.Tests.Fixtures;

/// <summary>
/// A ledger in a real file, and a connection beside it to look at the rows. Any number of instances may be opened: each
/// has its own writer and its own gate, so two of them compete as two processes do.
/// </summary>
public sealed class LedgerOnDisk : ILedgerPlace
{
    private const int Constraint = 19; // SQLITE_CONSTRAINT

    private readonly TemporaryDirectory _directory = new();
    private readonly List<SqliteLedger> _instances = [];

    /// <summary>The database file.</summary>
    public string FilePath => _directory.File("rinha.db");

    /// <summary>The first instance, opened when first asked for.</summary>
    public SqliteLedger Ledger => _instances.Count == 0 ? Open() : _instances[0];

    ILedger ILedgerPlace.Ledger => Ledger;

    ILedger ILedgerPlace.Open() => Open();

    /// <summary>Opens one more instance; it is closed with this object at the latest.</summary>
    public SqliteLedger Open()
    {
        var ledger = LedgerExtensions.OpenLedger(FilePath);
        _instances.Add(ledger);
        return ledger;
    }

    public void Close()
    {
        _instances.ForEach(ledger => ledger.Dispose());
        _instances.Clear();
    }

    public long Query(string sql) => LedgerRows.Query(FilePath, sql);

    public void Execute(string sql) => LedgerRows.Execute(FilePath, sql);

    public bool Refuses(string sql)
    {
        try
        {
            Execute(sql);
            return false;
        }
        catch (Microsoft.Data.Sqlite.SqliteException error) when (error.SqliteErrorCode == Constraint)
        {
            return true;
        }
    }

    public void AssertBalanced() => LedgerRows.AssertBalanced(FilePath);

    public void Dispose()
    {
        Close();
        _directory.Dispose();
    }
}
