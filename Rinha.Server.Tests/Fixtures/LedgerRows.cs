using Microsoft.Data.Sqlite;

namespace Rinha.Server.Tests.Fixtures;

internal static class LedgerRows
{
    // Independent of the server's code: amount, time, kind, the text's length, the text, padding.
    private const string EntryInHex = """
        format('%016X%016X%s%02X%s', valor, realizada_em, hex(tipo), length(CAST(descricao AS BLOB)),
               substr(hex(descricao) || hex(zeroblob(40)), 1, 80))
        """;

    public static SqliteConnection Open(string path)
    {
        var database = new SqliteConnection($"Data Source={path};Pooling=False");
        database.Open();
        return database;
    }

    // Holds the write lock, as another program would, until disposed.
    public static IDisposable Lock(string path)
    {
        var database = Open(path);
        database.Execute("BEGIN IMMEDIATE");
        return database;
    }

    public static void Execute(string path, string sql)
    {
        using var database = Open(path);
        database.Execute(sql);
    }

    public static long Query(string path, string sql)
    {
        using var database = Open(path);
        return database.Query(sql);
    }

    public static string QueryText(string path, string sql)
    {
        using var database = Open(path);
        return (string)database.Scalar(sql);
    }

    public static void Execute(this SqliteConnection database, string sql)
    {
        using var command = new SqliteCommand(sql, database);
        command.ExecuteNonQuery();
    }

    public static long Query(this SqliteConnection database, string sql) => (long)database.Scalar(sql);

    // Fails unless every balance is the sum of its history and within its limit, seq counts a client's rows 1, 2, 3 …
    // in commit order, and the client's newest entries match its last ten rows.
    public static void AssertBalanced(string path)
    {
        using var database = Open(path);
        Assert.Equal(0, database.Query("""
            SELECT count(*) FROM
              (SELECT seq, row_number() OVER (PARTITION BY cliente_id ORDER BY id) AS place FROM transacoes)
            WHERE seq <> place
            """));
        Assert.Equal(0, database.Query("""
            SELECT count(*) FROM clientes LEFT JOIN
              (SELECT cliente_id, count(*) AS posts, sum(iif(tipo = 'c', valor, -valor)) AS cents
               FROM transacoes GROUP BY cliente_id) AS history ON history.cliente_id = clientes.id
            WHERE saldo < -limite OR saldo <> ifnull(cents, 0) OR ultima_seq <> ifnull(posts, 0)
            """));
        Assert.Equal(0, database.Query($"""
            SELECT count(*) FROM clientes LEFT JOIN
              (SELECT cliente_id, group_concat({EntryInHex}, '' ORDER BY seq DESC) AS entries
               FROM transacoes JOIN clientes ON clientes.id = cliente_id AND seq > ultima_seq - 10
               GROUP BY cliente_id) AS newest ON newest.cliente_id = clientes.id
            WHERE hex(ultimas) <> ifnull(entries, '')
            """));
        // Each row points to the client's previous one, the client to its newest, and the marks to every 64th.
        Assert.Equal(0, database.Query("""
            SELECT count(*) FROM
              (SELECT anterior, lag(id) OVER (PARTITION BY cliente_id ORDER BY seq) AS before FROM transacoes)
            WHERE anterior IS NOT before
            """));
        Assert.Equal(0, database.Query("""
            SELECT count(*) FROM clientes
            WHERE ultima_id IS NOT (SELECT max(id) FROM transacoes WHERE cliente_id = clientes.id)
            """));
        Assert.Equal(0, database.Query("""
            SELECT (SELECT count(*) FROM transacoes WHERE seq % 64 = 0) <> (SELECT count(*) FROM marcos) OR EXISTS
              (SELECT 1 FROM marcos LEFT JOIN transacoes ON transacoes.id = transacao_id
               WHERE (marcos.cliente_id, marcos.seq) IS NOT (transacoes.cliente_id, transacoes.seq))
            """));
        Assert.Equal("ok", database.Scalar("PRAGMA integrity_check"));
        Assert.Equal(0, database.Query("SELECT count(*) FROM pragma_foreign_key_check"));
    }

    private static object Scalar(this SqliteConnection database, string sql)
    {
        using var command = new SqliteCommand(sql, database);
        return command.ExecuteScalar()!;
    }
}
