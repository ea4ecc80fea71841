using Rinha.Server.Ledger;
using Rinha.Server.Sqlite.Locking;

namespace Rinha.Server.Sqlite.Upkeep;

// The accounts, for the operator's commands. A change takes the gate and is synced to disk when the call returns; every
// instance sees it at once.
internal sealed class AccountTable(LedgerFile file) : IAccounts
{
    public void List(Action<long, long, long, long> account)
    {
        using var database = file.OpenReader();
        database.ForEachRow(
            "list accounts",
            "SELECT id, limite, saldo, ultima_seq FROM clientes ORDER BY id",
            row => account(row.Int64(0), row.Int64(1), row.Int64(2), row.Int64(3)));
    }

    public void Add(long firstId, long lastId, long limitCents) => Commit(database =>
    {
        const string taken = "SELECT ifnull(min(id), 0) FROM clientes WHERE id BETWEEN ?1 AND ?2";
        if (database.QueryInt64(taken, firstId, lastId) is not 0 and var id)
        {
            throw new RefusalException($"account {id} already exists; no account was added");
        }

        database.Run(
            "add accounts",
            """
            WITH RECURSIVE ids (id) AS (VALUES (?1) UNION ALL SELECT id + 1 FROM ids WHERE id < ?2)
            INSERT INTO clientes (id, limite) SELECT id, ?3 FROM ids
            """,
            firstId,
            lastId,
            limitCents);
    });

    public void SetLimit(long id, long limitCents) => Commit(database =>
    {
        if (database.QueryInt64("SELECT count(*) FROM clientes WHERE id = ?1", id) == 0)
        {
            throw new RefusalException($"there is no account {id}");
        }

        var balanceCents = database.QueryInt64("SELECT saldo FROM clientes WHERE id = ?1", id);
        if (balanceCents < -limitCents)
        {
            throw new RefusalException(
                $"account {id} has a balance of {balanceCents} cents, below minus the limit of {limitCents}");
        }

        database.Run("set the limit", "UPDATE clientes SET limite = ?2 WHERE id = ?1", id, limitCents);
    });

    private void Commit(Action<Database> change)
    {
        using var database = file.OpenWriter();
        database.Execute("PRAGMA synchronous = FULL");
        using var gate = new Gate(file.Path);
        file.EnsureNotConverted();
        if (!gate.TryEnterWithin(Limits.BusyTimeoutMs))
        {
            throw new SqliteException(
                $"{file.Path}: timed out after {Limits.BusyTimeoutMs} ms waiting for the gate",
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
            database.RollBack();
            throw;
        }
        finally
        {
            gate.Exit();
        }
    }
}
