namespace Rinha.Server.Tests.Sqlite;

public sealed class BrokenLedgerTests : LedgerContract<LedgerOnDisk>
{
    [Theory]
    [InlineData("transacoes", true)]
    [InlineData("clientes", false)]
    public void A_missing_table_fails_only_what_needs_it_until_it_is_back(string table, bool canRead)
    {
        var ledger = Storage.Open();
        ledger.Credit(1, 5, "before");
        Storage.Execute($"ALTER TABLE {table} RENAME TO elsewhere");

        Assert.Equal(PostResult.StorageFailed, ledger.Credit(1, 1).Result);
        Assert.Equal(PostResult.StorageFailed, ledger.Reset());
        var readResult = canRead ? LookupResult.Found : LookupResult.StorageFailed;
        Assert.Equal(readResult, ledger.ReadStatement(1, new Statement()));
        Assert.Equal(readResult, ledger.FindAccount(1));

        Storage.Execute($"ALTER TABLE elsewhere RENAME TO {table}");
        Assert.Equal(new WriteOutcome(PostResult.Accepted, 6, 100_000), ledger.Credit(1, 1, "after"));
        Assert.Equal(["after", "before"], ledger.Statement(1).Texts());
        Storage.AssertBalanced();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nothing_is_posted_to_a_file_that_was_moved_away_until_it_is_back(bool isReplaced)
    {
        var ledger = Storage.Open();
        ledger.Credit(1, 5, "before");
        File.Move(Storage.FilePath, Storage.FilePath + ".away");
        if (isReplaced)
        {
            File.Copy(Storage.FilePath + ".away", Storage.FilePath);
        }

        Wait.Until(() => ledger.Writer == WriterState.Failing, "the ledger misses its file");
        Assert.Equal(PostResult.StorageFailed, ledger.Credit(1, 1).Result);

        File.Move(Storage.FilePath + ".away", Storage.FilePath, overwrite: true);
        Wait.Until(() => ledger.Writer == WriterState.Ready, "the ledger has its file again");
        Assert.Equal(new WriteOutcome(PostResult.Accepted, 6, 100_000), ledger.Credit(1, 1, "after"));
    }

    [Theory]
    [InlineData("zeroblob(58)")]
    [InlineData("CAST(ultimas || zeroblob(58) AS BLOB)")]
    [InlineData("unhex(replace(hex(ultimas), '62', 'FF'))")] // the b of before: invalid UTF-8
    public void Damaged_entries_fail_only_their_own_statement(string damaged)
    {
        var ledger = Storage.Open();
        ledger.Credit(1, 5, "before");
        ledger.Credit(2, 6, "whole");
        Storage.Execute($"UPDATE clientes SET ultimas = {damaged} WHERE id = 1");

        Assert.Equal(LookupResult.StorageFailed, ledger.ReadStatement(1, new Statement()));

        Assert.Equal(["whole"], ledger.Statement(2).Texts());
        Assert.Equal(LookupResult.Found, ledger.FindAccount(1));
        // Posts go on: they read the balance, not the damaged entries.
        Assert.Equal(new WriteOutcome(PostResult.Accepted, 6, 100_000), ledger.Credit(1, 1));
    }

    [Fact]
    public async Task A_write_that_cannot_be_stored_rolls_back_its_whole_batch()
    {
        var ledger = Storage.Open();
        // The history rejects rows of account 1. Posts to account 2 fail only because they share a batch.
        Storage.Execute("""
            CREATE TRIGGER refuse BEFORE INSERT ON transacoes WHEN NEW.cliente_id = 1
            BEGIN SELECT raise(ABORT, 'refused'); END
            """);

        Task<WriteOutcome>[] posts;
        using (LedgerRows.Lock(Storage.FilePath))
        {
            posts = [.. Enumerable.Range(0, 10).Select(
                number => ledger.PostAsync(1 + (number % 2), TransactionKind.Credit, 1, "x"))];
        }

        Assert.All(await Task.WhenAll(posts), post => Assert.Equal(PostResult.StorageFailed, post.Result));
        Assert.Equal(0, ledger.Statement(2).BalanceCents);
        Assert.True(ledger.Statement(2).Entries.IsEmpty);
        Assert.Equal(0, Storage.Query("SELECT count(*) FROM transacoes"));

        Assert.Equal(PostResult.Accepted, ledger.Credit(2, 1).Result);
        Storage.Execute("DROP TRIGGER refuse");
        Assert.Equal(PostResult.Accepted, ledger.Credit(1, 1).Result);
        Storage.AssertBalanced();
    }
}
