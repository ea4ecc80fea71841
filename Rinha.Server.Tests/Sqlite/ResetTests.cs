using Rinha.Server.Postgres;

namespace Rinha.Server.Tests.Sqlite;

public sealed class ResetTests : FileTest
{
    private const int Rows = 50_000;

    [Fact]
    public void Every_write_is_a_post_or_a_reset_and_any_other_is_rejected()
    {
        Assert.Equal(
            [typeof(PendingPost), typeof(PendingReset)],
            typeof(PendingWrite).Assembly.GetTypes().Where(type => type.BaseType == typeof(PendingWrite)));
        using var transaction = new WriteTransaction(LedgerFile.Open(FilePath, Synchronous.Normal));
        using var queue = new WriteQueue();
        var task = queue.Add(new UnknownWrite());
        var batch = new Batch();
        batch.TakeFrom(queue);
        using var commands = new PostgresBatch();
        Assert.Throws<UnreachableException>(() => transaction.Apply(new UnknownWrite()));
        Assert.Throws<UnreachableException>(() => commands.Run(
            null!, batch, mayKeepKeys: true, beganAtMs: Environment.TickCount64));
        Assert.False(task.IsCompleted);
    }

    [Fact]
    public void A_reset_frees_the_pages_of_the_history_without_writing_them()
    {
        var file = LedgerFile.Open(FilePath, Synchronous.Normal);
        var pages = Grow(FilePath, Rows);
        Assert.InRange(pages, 1000, int.MaxValue);
        using var transaction = new WriteTransaction(file);

        Assert.Equal(BeginResult.Begun, transaction.Begin(waits: false));
        Assert.Equal(PostResult.Accepted, transaction.Apply(new PendingReset()).Result);
        Assert.True(transaction.TryCommit());

        Assert.InRange(transaction.WalPages, 1, pages / 20);
        using var database = LedgerRows.Open(FilePath);
        Assert.InRange(database.Query("PRAGMA freelist_count"), pages * 9 / 10, pages);
        Assert.Equal(0, database.Query("SELECT sum(abs(saldo)) + sum(ultima_seq) FROM clientes"));
        Assert.Equal("ok", LedgerRows.QueryText(FilePath, "PRAGMA integrity_check"));
    }

    [Fact]
    public void Foreign_keys_are_enforced_again_after_a_reset_in_the_same_transaction()
    {
        const string orphan = "INSERT INTO transacoes VALUES (1, 6, 1, 1, 'c', 'orphan', 1, NULL)";
        using var database = LedgerFile.Open(FilePath, Synchronous.Normal).OpenWriter();
        var postings = new Postings(database);
        database.Execute("BEGIN IMMEDIATE");

        Assert.True(postings.TryReset());

        Assert.Throws<SqliteException>(() => database.Execute(orphan));
    }

    // Fills all three tables. Closing the last connection moves everything into the file. Returns the file's pages.
    internal static int Grow(string path, int rows)
    {
        using var database = LedgerRows.Open(path);
        database.Execute($"""
            BEGIN;
            WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {rows})
            INSERT INTO transacoes SELECT n, 1, n, 1, 'c', '0123456789', n, iif(n > 1, n - 1, NULL) FROM numbers;
            INSERT INTO marcos SELECT cliente_id, seq, id FROM transacoes WHERE seq % 64 = 0;
            INSERT INTO chaves SELECT id, id, cliente_id, valor, tipo, descricao, 0, 0, id, seq FROM transacoes;
            UPDATE clientes SET saldo = {rows}, ultima_seq = {rows}, ultima_id = {rows} WHERE id = 1;
            COMMIT;
            """);
        return (int)database.Query("PRAGMA page_count");
    }

    private sealed class UnknownWrite : PendingWrite;
}
