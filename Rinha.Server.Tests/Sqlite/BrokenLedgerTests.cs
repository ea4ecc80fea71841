using Rinha.Server.Ledger;
using Rinha.Server.Tests.Fixtures;

namespace Rinha.Server.Tests.Sqlite;

/// <summary>A file that somebody else has damaged while the ledger is open.</summary>
public sealed class BrokenLedgerTests : IDisposable
{
    private readonly LedgerOnDisk _disk = new();

    [Fact]
    public void A_missing_table_fails_writes_and_reads_until_it_is_back()
    {
        var ledger = _disk.Open();
        ledger.Credit(1, 5, "before");
        _disk.Execute("ALTER TABLE transacoes RENAME TO elsewhere");

        Assert.Equal(PostResult.StorageFailed, ledger.Credit(1, 1).Result);
        Assert.Equal(PostResult.StorageFailed, ledger.Reset());
        Assert.Equal(LookupResult.StorageFailed, ledger.ReadStatement(1, new Statement()));

        _disk.Execute("ALTER TABLE elsewhere RENAME TO transacoes");
        Assert.Equal(new PostOutcome(PostResult.Accepted, 6, 100_000), ledger.Credit(1, 1, "after"));
        Assert.Equal(["after", "before"], ledger.Statement(1).Texts());
    }

    [Fact]
    public async Task A_write_that_cannot_be_stored_takes_its_whole_batch_back()
    {
        var ledger = _disk.Open();
        // The next sequence number of account 1 is taken: its posts fail, those of account 2 alone would not.
        _disk.Execute("INSERT INTO transacoes VALUES (1, 1, 1, 'c', 'foreign', 0)");

        Task<PostOutcome>[] posts;
        using (LockedDatabase.Of(_disk.FilePath))
        {
            posts = [.. Enumerable.Range(0, 10).Select(
                number => ledger.PostAsync(1 + (number % 2), TransactionKind.Credit, 1, "x"))];
        }

        Assert.All(await Task.WhenAll(posts), post => Assert.Equal(PostResult.StorageFailed, post.Result));
        Assert.Equal(0, ledger.Statement(2).BalanceCents);
        Assert.Equal(1, _disk.Query("SELECT count(*) FROM transacoes"));

        Assert.Equal(PostResult.Accepted, ledger.Credit(2, 1).Result);
        _disk.Execute("DELETE FROM transacoes WHERE cliente_id = 1");
        Assert.Equal(PostResult.Accepted, ledger.Credit(1, 1).Result);
        LedgerRows.AssertBalanced(_disk.FilePath);
    }

    public void Dispose() => _disk.Dispose();
}
