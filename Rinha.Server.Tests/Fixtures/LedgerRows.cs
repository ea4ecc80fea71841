using Rinha.Server.Sqlite;

namespace Rinha.Server.Tests.Fixtures;

/// <summary>Looks into a ledger's file, past the ledger.</summary>
internal static class LedgerRows
{
    /// <summary>The first column of the first row.</summary>
    public static long Query(string path, string sql)
    {
        using var database = Database.Open(path);
        return database.QueryInt64(sql);
    }

    /// <summary>
    /// Fails unless the file keeps the books: every balance is the sum of its history and within its limit, and seq
    /// counts the rows without a gap.
    /// </summary>
    public static void AssertBalanced(string path)
    {
        using var database = Database.Open(path);
        Assert.Equal(0, database.QueryInt64("""
            SELECT count(*) FROM clientes AS c
            WHERE saldo < -limite
               OR saldo <> (SELECT coalesce(sum(CASE tipo WHEN 'c' THEN valor ELSE -valor END), 0)
                            FROM transacoes WHERE cliente_id = c.id)
               OR ultima_seq <> (SELECT count(*) FROM transacoes WHERE cliente_id = c.id)
               OR ultima_seq <> (SELECT coalesce(max(seq), 0) FROM transacoes WHERE cliente_id = c.id)
            """));
        Assert.Equal("ok", database.QueryText("PRAGMA integrity_check"));
    }
}
