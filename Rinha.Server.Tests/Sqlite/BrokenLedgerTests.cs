namespace Rinha.Server.Tests.Sqlite;

/// <summary>A file that somebody else has damaged while the ledger is open.</summary>
public sealed class BrokenLedgerTests : IDisposable
{
    private readonly LedgerOnDisk _disk = new();

    [Theory]
    [InlineData("transacoes", true)]
    [InlineData("clientes", false)]
    public void A_missing_table_fails_what_needs_it_until_it_is_back(string table, bool canRead)
    {
        var ledger = _disk.Open();
        ledger.Credit(1, 5, "before");
        _disk.Execute($"ALTER TABLE {table} RENAME TO elsewhere");

        Assert.Equal(PostResult.StorageFailed, ledger.Credit(1, 1).Result);
        Assert.Equal(PostResult.StorageFailed, ledger.Reset());
        var readResult = canRead ? LookupResult.Found : LookupResult.StorageFailed;
        Assert.Equal(readResult, ledger.ReadStatement(1, new Statement()));
        Assert.Equal(readResult, ledger.FindAccount(1));

        _disk.Execute($"ALTER TABLE elsewhere RENAME TO {table}");
        Assert.Equal(new PostOutcome(PostResult.Accepted, 6, 100_000), ledger.Credit(1, 1, "after"));
        Assert.Equal(["after", "before"], ledger.Statement(1).Texts());
        LedgerRows.AssertBalanced(_disk.FilePath);
    }

    [Theory]
    [InlineData("zeroblob(58)")]
    [InlineData("CAST(ultimas || zeroblob(58) AS BLOB)")]
    [InlineData("unhex(replace(hex(ultimas), '62', 'FF'))")] // the b of before: no UTF-8
    public void A_statement_over_damaged_entries_fails_and_no_other_does(string damaged)
    {
        var ledger = _disk.Open();
        ledger.Credit(1, 5, "before");
        ledger.Credit(2, 6, "whole");
        _disk.Execute($"UPDATE clientes SET ultimas = {damaged} WHERE id = 1");

        Assert.Equal(LookupResult.StorageFailed, ledger.ReadStatement(1, new Statement()));

        Assert.Equal(["whole"], ledger.Statement(2).Texts());
        Assert.Equal(LookupResult.Found, ledger.FindAccount(1));
        // What is damaged is never read as money: posts go on.
        Assert.Equal(new PostOutcome(PostResult.Accepted, 6, 100_000), ledger.Credit(1, 1));
    }

    [Fact]
    public async Task A_write_that_cannot_be_stored_takes_its_whole_batch_back()
    {
        var ledger = _disk.Open();
        // The history takes nothing of account 1: its posts fail, those of account 2 alone would not.
        _disk.Execute("""
            CREATE TRIGGER refuse BEFORE INSERT ON transacoes WHEN NEW.cliente_id = 1
            BEGIN SELECT raise(ABORT, 'refused'); END
            """);

        Task<PostOutcome>[] posts;
        using (LockedDatabase.Of(_disk.FilePath))
        {
            posts = [.. Enumerable.Range(0, 10).Select(
                number => ledger.PostAsync(1 + (number % 2), TransactionKind.Credit, 1, "x"))];
        }

        Assert.All(await Task.WhenAll(posts), post => Assert.Equal(PostResult.StorageFailed, post.Result));
        Assert.Equal(0, ledger.Statement(2).BalanceCents);
        Assert.True(ledger.Statement(2).Entries.IsEmpty);
        Assert.Equal(0, _disk.Query("SELECT count(*) FROM transacoes"));

        Assert.Equal(PostResult.Accepted, ledger.Credit(2, 1).Result);
        _disk.Execute("DROP TRIGGER refuse");
        Assert.Equal(PostResult.Accepted, ledger.Credit(1, 1).Result);
        LedgerRows.AssertBalanced(_disk.FilePath);
    }

    [Theory]
    [InlineData("UPDATE clientes SET ultimas = x'' WHERE id = 1")]
    [InlineData("UPDATE clientes SET ultimas = substr(ultimas, 59) WHERE id = 1")]
    [InlineData("UPDATE clientes SET ultimas = (SELECT ultimas FROM clientes WHERE id = 1) WHERE id = 2")]
    [InlineData("UPDATE transacoes SET descricao = 'x' WHERE id = (SELECT max(id) FROM transacoes)")]
    [InlineData("UPDATE transacoes SET seq = 2 WHERE seq = 1")]
    [InlineData("UPDATE transacoes SET seq = 3 - seq WHERE seq < 3")]
    [InlineData("UPDATE clientes SET ultima_seq = ultima_seq + 1 WHERE id = 1")]
    [InlineData("UPDATE clientes SET saldo = saldo + 1 WHERE id = 1")]
    [InlineData("DELETE FROM transacoes WHERE id = 1")]
    public void Books_that_do_not_balance_are_found(string sql)
    {
        var ledger = _disk.Open();
        for (var number = 1; number <= 12; number++)
        {
            ledger.Credit(1, number, $"{number}");
        }

        LedgerRows.AssertBalanced(_disk.FilePath);
        _disk.Execute(sql);

        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => LedgerRows.AssertBalanced(_disk.FilePath));
    }

    public void Dispose() => _disk.Dispose();
}
