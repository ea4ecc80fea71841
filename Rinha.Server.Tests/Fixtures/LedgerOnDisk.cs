using Rinha.Server.Sqlite;

namespace Rinha.Server.Tests.Fixtures;

/// <summary>
/// A ledger in a real file, and a connection beside it to look at the rows. Any number of instances may be opened: each
/// has its own writer and its own gate, so two of them compete as two processes do.
/// </summary>
public sealed class LedgerOnDisk : IDisposable
{
    /// <summary>The seed of schema.sql: every account with its limit.</summary>
    public static readonly IReadOnlyDictionary<long, long> LimitsCents = new Dictionary<long, long>
    {
        [1] = 100_000,
        [2] = 80_000,
        [3] = 1_000_000,
        [4] = 10_000_000,
        [5] = 500_000,
    };

    private readonly TemporaryDirectory _directory = new();
    private readonly List<SqliteLedger> _instances = [];

    /// <summary>The database file.</summary>
    public string FilePath => _directory.File("rinha.db");

    /// <summary>The first instance, opened when first asked for.</summary>
    public SqliteLedger Ledger => _instances.Count == 0 ? Open() : _instances[0];

    /// <summary>Opens one more instance; it is closed with this object at the latest.</summary>
    public SqliteLedger Open()
    {
        var ledger = LedgerExtensions.OpenLedger(FilePath);
        _instances.Add(ledger);
        return ledger;
    }

    /// <summary>Closes every instance.</summary>
    public void Close()
    {
        _instances.ForEach(ledger => ledger.Dispose());
        _instances.Clear();
    }

    /// <summary>The first column of the first row, seen by a connection of its own.</summary>
    public long Query(string sql) => LedgerRows.Query(FilePath, sql);

    /// <summary>Runs statements on a connection of its own.</summary>
    public void Execute(string sql)
    {
        using var database = Database.Open(FilePath);
        database.Execute(sql);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Close();
        _directory.Dispose();
    }
}
