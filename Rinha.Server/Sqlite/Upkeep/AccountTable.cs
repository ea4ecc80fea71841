using Rinha.Server.Ledger;
using Rinha.Server.Sqlite.Locking;

namespace Rinha.Server.Sqlite.Upkeep;

// The accounts, for the operator's commands. A change takes the gate and is synced to disk when the call returns; every
// instance sees it at once.
internal sealed class AccountTable(LedgerFile file) : IAccounts
{
    public void List(long firstId, long lastId, Action<long, long, long, long> account)
    {
        using var database = file.OpenReader();
        database.ForEachRow(
            "list accounts",
            "SELECT id, limite, saldo, ultima_seq FROM clientes WHERE id BETWEEN ?1 AND ?2 ORDER BY id",
            row => account(row.Int64(0), row.Int64(1), row.Int64(2), row.Int64(3)),
            firstId,
            lastId);
    }

    public void Add(long firstId, long lastId, long limitCents) => Commit(database =>
    {
        const string taken = "SELECT ifnull(min(id), 0) FROM clientes WHERE id BETWEEN ?1 AND ?2";
        if (database.QueryInt64(taken, firstId, lastId) is not 0 and var id)
        {
            throw AccountRefusal.Exists(id);
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

    public long SetLimit(long firstId, long lastId, long limitCents)
    {
        var changed = 0;
        Commit(database =>
        {
            const string debtor = """
                SELECT ifnull(min(id), 0) FROM clientes WHERE id BETWEEN ?1 AND ?2 AND saldo < -?3
                """;
            if (database.QueryInt64(debtor, firstId, lastId, limitCents) is not 0 and var id)
            {
                var balanceCents = database.QueryInt64("SELECT saldo FROM clientes WHERE id = ?1", id);
                throw AccountRefusal.BelowLimit(id, balanceCents, limitCents);
            }

            const string change = "UPDATE clientes SET limite = ?3 WHERE id BETWEEN ?1 AND ?2";
            database.Run("set the limit", change, firstId, lastId, limitCents);
            changed = database.Changes;
        });
        return changed > 0 ? changed : throw AccountRefusal.Missing(firstId, lastId);
    }

    public void Close(long id) => Commit(database =>
    {
        // The history has no index by account, so the conditions below stand in for the foreign keys.
        database.EnforceForeignKeys(false);
        database.Run(
            "close the account",
            """
            DELETE FROM clientes WHERE id = ?1 AND saldo = 0 AND ultima_seq = 0
              AND NOT EXISTS (SELECT 1 FROM chaves WHERE cliente_id = ?1)
            """,
            id);
        if (database.Changes == 1)
        {
            return;
        }

        const string transactions = "SELECT ifnull(max(ultima_seq), -1) FROM clientes WHERE id = ?1";
        throw database.QueryInt64(transactions, id) is >= 0 and var count
            ? AccountRefusal.NotClosable(
                id, database.QueryInt64("SELECT saldo FROM clientes WHERE id = ?1", id), count)
            : AccountRefusal.Missing(id, id);
    });

    private void Commit(Action<Database> change)
    {
        using var database = file.OpenWriter();
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
