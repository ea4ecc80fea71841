using Rinha.Server.Ledger;

namespace Rinha.Server.Sqlite;

/// <summary>A reading connection with its prepared queries; used by one thread at a time.</summary>
internal sealed class StatementReader : IDisposable
{
    private readonly Database _database;
    private readonly PreparedStatement _statement;
    private readonly PreparedStatement _find;
    private readonly HistoryReader _history;
    private bool _isDamaged;

    public StatementReader(LedgerFile file)
    {
        _database = file.OpenReader();
        try
        {
            (_statement, _find) = Prepare(_database);
            _history = new HistoryReader(_database);
        }
        catch
        {
            _database.Dispose();
            throw;
        }
    }

    /// <summary>What was wrong at the last failure.</summary>
    public SqliteException LastError => _isDamaged
        ? new SqliteException("read: a client's transactions are damaged", SqliteResult.Corrupt)
        : _database.Error("read");

    private static (PreparedStatement Statement, PreparedStatement Find) Prepare(Database database)
    {
        // One row, hence one snapshot.
        var statement = database.Prepare("SELECT saldo, limite, ultimas FROM clientes WHERE id = ?1");
        return (statement, database.Prepare("SELECT 1 FROM clientes WHERE id = ?1"));
    }

    /// <inheritdoc cref="ILedger.ReadStatementAsync"/>
    public LookupResult Read(long accountId, Statement statement)
    {
        _statement.Bind(1, accountId);
        var result = _statement.Step();
        _isDamaged = false;
        if (result == SqliteResult.Row)
        {
            statement.Begin(_statement.Int64(0), _statement.Int64(1), Timestamp.Now);
            _isDamaged = !NewestEntries.TryRead(_statement.Bytes(2), statement);
        }

        _statement.Reset();
        return result switch
        {
            SqliteResult.Row when !_isDamaged => LookupResult.Found,
            SqliteResult.Done => LookupResult.UnknownAccount,
            _ => Failure(result),
        };
    }

    /// <inheritdoc cref="ILedger.ReadHistoryAsync"/>
    public LookupResult ReadHistory(long accountId, HistoryPage page)
    {
        // Accounts are never taken away, so this one is still there for the page.
        var account = Find(accountId);
        if (account != LookupResult.Found)
        {
            return account;
        }

        var result = _history.Read(accountId, page);
        _isDamaged = _history.FoundDamage;
        return result == SqliteResult.Done ? LookupResult.Found : Failure(result);
    }

    /// <inheritdoc cref="ILedger.FindAccountAsync"/>
    public LookupResult Find(long accountId)
    {
        _isDamaged = false;
        _find.Bind(1, accountId);
        var result = _find.Step();
        _find.Reset();
        return result switch
        {
            SqliteResult.Row => LookupResult.Found,
            SqliteResult.Done => LookupResult.UnknownAccount,
            _ => Failure(result),
        };
    }

    private static LookupResult Failure(int result) =>
        SqliteResult.IsLocked(result) ? LookupResult.Busy : LookupResult.StorageFailed;

    public void Dispose()
    {
        _statement.Dispose();
        _find.Dispose();
        _history.Dispose();
        _database.Dispose();
    }
}
