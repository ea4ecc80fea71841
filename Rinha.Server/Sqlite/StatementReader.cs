using Rinha.Server.Ledger;
using Rinha.Server.Sqlite.Native;

namespace Rinha.Server.Sqlite;

/// <summary>A reading connection with its prepared queries; used by one thread at a time.</summary>
internal sealed class StatementReader : IDisposable
{
    private readonly Database _database;
    private readonly PreparedStatement _statement;
    private readonly PreparedStatement _find;

    public StatementReader(LedgerFile file)
    {
        _database = file.OpenReader();
        try
        {
            (_statement, _find) = Prepare(_database);
        }
        catch
        {
            _database.Dispose();
            throw;
        }
    }

    /// <summary>What SQLite says of the last failure.</summary>
    public SqliteException LastError => _database.Error("read");

    private static (PreparedStatement Statement, PreparedStatement Find) Prepare(Database database)
    {
        // One statement, hence one snapshot. An account without transactions gives one row of NULLs.
        var statement = database.Prepare($"""
            SELECT c.saldo, c.limite, t.valor, t.tipo, t.descricao, t.realizada_em
            FROM clientes AS c LEFT JOIN transacoes AS t ON t.cliente_id = c.id
            WHERE c.id = ?1 ORDER BY t.seq DESC LIMIT {Statement.EntriesMax}
            """);
        return (statement, database.Prepare("SELECT 1 FROM clientes WHERE id = ?1"));
    }

    /// <inheritdoc cref="ILedger.ReadStatement"/>
    public LookupResult Read(long accountId, Statement statement)
    {
        _statement.Bind(1, accountId);
        var result = _statement.Step();
        var found = result == SqliteResult.Row;
        if (found)
        {
            statement.Begin(_statement.Int64(0), _statement.Int64(1), Timestamp.Now);
        }

        while (result == SqliteResult.Row && !_statement.IsNull(2))
        {
            _ = Description.TryCreate(_statement.Utf8(4), out var description);
            statement.Add(new StatementEntry(
                _statement.Int64(2),
                _statement.Utf8(3)[0] == (byte)'c' ? TransactionKind.Credit : TransactionKind.Debit,
                description,
                new Timestamp(_statement.Int64(5))));
            result = _statement.Step();
        }

        _statement.Reset();
        return (result, found) switch
        {
            (SqliteResult.Row or SqliteResult.Done, true) => LookupResult.Found,
            (SqliteResult.Done, false) => LookupResult.UnknownAccount,
            _ => LookupResult.StorageFailed,
        };
    }

    /// <inheritdoc cref="ILedger.FindAccount"/>
    public LookupResult Find(long accountId)
    {
        _find.Bind(1, accountId);
        var result = _find.Step();
        _find.Reset();
        return result switch
        {
            SqliteResult.Row => LookupResult.Found,
            SqliteResult.Done => LookupResult.UnknownAccount,
            _ => LookupResult.StorageFailed,
        };
    }

    public void Dispose()
    {
        _statement.Dispose();
        _find.Dispose();
        _database.Dispose();
    }
}
