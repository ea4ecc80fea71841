using Rinha.Server.Ledger;

namespace Rinha.Server.Sqlite;

/// <summary>
/// The accounts, for an operator. Changes pass the gate and are on the disk when they are done; every instance sees
/// them at once.
/// </summary>
internal sealed class AccountTable(LedgerFile file) : IAccounts
{
    /// <inheritdoc/>
    /// <exception cref="SqliteException">The table cannot be read.</exception>
    public void List(Action<long, long, long, long> account)
    {
        using var database = file.OpenReader();
        using var rows = database.Prepare("SELECT id, limite, saldo, ultima_seq FROM clientes ORDER BY id");
        int result;
        while ((result = rows.Step()) == SqliteResult.Row)
        {
            account(rows.Int64(0), rows.Int64(1), rows.Int64(2), rows.Int64(3));
        }

        if (result != SqliteResult.Done)
        {
            throw database.Error("list accounts");
        }
    }

    /// <inheritdoc/>
    /// <exception cref="SqliteException">The ledger stayed locked, or could not be written.</exception>
    public void Add(long firstId, long lastId, long limitCents) => InTurn(database =>
    {
        using var taken = database.Prepare("SELECT min(id) FROM clientes WHERE id BETWEEN ?1 AND ?2");
        taken.Bind(1, firstId);
        taken.Bind(2, lastId);
        if (taken.Step() != SqliteResult.Row)
        {
            throw database.Error("look for accounts");
        }

        if (taken.Int64(0) is not 0 and var id)
        {
            throw new RefusalException($"account {id} is there already; none was added");
        }

        taken.Reset();
        using var insert = database.Prepare("""
            WITH RECURSIVE ids (id) AS (VALUES (?1) UNION ALL SELECT id + 1 FROM ids WHERE id < ?2)
            INSERT INTO clientes (id, limite) SELECT id, ?3 FROM ids
            """);
        insert.Bind(1, firstId);
        insert.Bind(2, lastId);
        insert.Bind(3, limitCents);
        Run(database, insert, "add accounts");
    });

    /// <inheritdoc/>
    /// <exception cref="SqliteException">The ledger stayed locked, or could not be written.</exception>
    public void SetLimit(long id, long limitCents) => InTurn(database =>
    {
        using var account = database.Prepare("SELECT saldo FROM clientes WHERE id = ?1");
        account.Bind(1, id);
        switch (account.Step())
        {
            case SqliteResult.Row when account.Int64(0) < -limitCents:
                throw new RefusalException(
                    $"account {id} has a balance of {account.Int64(0)} cents, below minus the limit of {limitCents}");
            case SqliteResult.Row:
                break;
            case SqliteResult.Done:
                throw new RefusalException($"there is no account {id}");
            default:
                throw database.Error("look for the account");
        }

        account.Reset();
        using var update = database.Prepare("UPDATE clientes SET limite = ?2 WHERE id = ?1");
        update.Bind(1, id);
        update.Bind(2, limitCents);
        Run(database, update, "set the limit");
    });

    private static void Run(Database database, PreparedStatement statement, string attempt)
    {
        if (statement.Run() != SqliteResult.Done)
        {
            throw database.Error(attempt);
        }
    }

    private void InTurn(Action<Database> change)
    {
        using var database = file.OpenWriter();
        database.Execute("PRAGMA synchronous = FULL");
        using var gate = new Gate(file.Path);
        file.RefuseConverted();
        if (!gate.TryEnter(Limits.BusyTimeoutMs))
        {
            throw new SqliteException(
                $"{file.Path}: an instance has stayed inside the gate for {Limits.BusyTimeoutMs} ms",
                SqliteResult.Busy);
        }

        try
        {
            database.Execute("BEGIN IMMEDIATE");
            change(database);
            database.Execute("COMMIT");
        }
        catch
        {
            if (database.InTransaction)
            {
                _ = database.TryExecute("ROLLBACK");
            }

            throw;
        }
        finally
        {
            gate.Exit();
        }
    }
}
