namespace Rinha.Server.Tests.Sqlite;

public sealed class BrokenLedgerTests : LedgerContract<LedgerOnDisk>
{
    [Theory]
    [InlineData("transacoes", true)]
    [InlineData("clientes", false)]
    public void A_missing_table_fails_what_needs_it_until_it_is_back(string table, bool canRead)
    {
        var ledger = Place.Open();
        ledger.Credit(1, 5, "before");
        Place.Execute($"ALTER TABLE {table} RENAME TO elsewhere");

        Assert.Equal(PostResult.StorageFailed, ledger.Credit(1, 1).Result);
        Assert.Equal(PostResult.StorageFailed, ledger.Reset());
        var readResult = canRead ? LookupResult.Found : LookupResult.StorageFailed;
        Assert.Equal(readResult, ledger.ReadStatement(1, new Statement()));
        Assert.Equal(readResult, ledger.FindAccount(1));

        Place.Execute($"ALTER TABLE elsewhere RENAME TO {table}");
        Assert.Equal(new WriteOutcome(PostResult.Accepted, 6, 100_000), ledger.Credit(1, 1, "after"));
        Assert.Equal(["after", "before"], ledger.Statement(1).Texts());
        Place.AssertBalanced();
    }

    [Theory]
    [InlineData("zeroblob(58)")]
    [InlineData("CAST(ultimas || zeroblob(58) AS BLOB)")]
    [InlineData("unhex(replace(hex(ultimas), '62', 'FF'))")] // the b of before: no UTF-8
    public void A_statement_over_damaged_entries_fails_and_no_other_does(string damaged)
    {
        var ledger = Place.Open();
        ledger.Credit(1, 5, "before");
        ledger.Credit(2, 6, "whole");
        Place.Execute($"UPDATE clientes SET ultimas = {damaged} WHERE id = 1");

        Assert.Equal(LookupResult.StorageFailed, ledger.ReadStatement(1, new Statement()));

        Assert.Equal(["whole"], ledger.Statement(2).Texts());
        Assert.Equal(LookupResult.Found, ledger.FindAccount(1));
        // What is damaged is never read as money: posts go on.
        Assert.Equal(new WriteOutcome(PostResult.Accepted, 6, 100_000), ledger.Credit(1, 1));
    }

    [Fact]
    public async Task A_write_that_cannot_be_stored_takes_its_whole_batch_back()
    {
        var ledger = Place.Open();
        // The history takes nothing of account 1: its posts fail, those of account 2 alone would not.
        Place.Execute("""
            CREATE TRIGGER refuse BEFORE INSERT ON transacoes WHEN NEW.cliente_id = 1
            BEGIN SELECT raise(ABORT, 'refused'); END
            """);

        Task<WriteOutcome>[] posts;
        using (LedgerRows.Lock(Place.FilePath))
        {
            posts = [.. Enumerable.Range(0, 10).Select(
                number => ledger.PostAsync(1 + (number % 2), TransactionKind.Credit, 1, "x"))];
        }

        Assert.All(await Task.WhenAll(posts), post => Assert.Equal(PostResult.StorageFailed, post.Result));
        Assert.Equal(0, ledger.Statement(2).BalanceCents);
        Assert.True(ledger.Statement(2).Entries.IsEmpty);
        Assert.Equal(0, Place.Query("SELECT count(*) FROM transacoes"));

        Assert.Equal(PostResult.Accepted, ledger.Credit(2, 1).Result);
        Place.Execute("DROP TRIGGER refuse");
        Assert.Equal(PostResult.Accepted, ledger.Credit(1, 1).Result);
        Place.AssertBalanced();
    }
}
