namespace Rinha.Server.Tests.Ledger;

public abstract class HistoryTests<TPlace> : LedgerContract<TPlace>
    where TPlace : ILedgerPlace, new()
{
    [Theory]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(11)]
    [InlineData(500)]
    public void All_posts_are_kept_and_the_ten_newest_are_listed(int posts)
    {
        for (var number = 1; number <= posts; number++)
        {
            Ledger.Credit(1, number, Text(number));
        }

        var expected = Enumerable.Range(1, posts).Reverse().Take(10).Select(Text);
        Assert.Equal(expected, Ledger.Statement(1).Texts());
        Assert.Equal(posts, Place.Query("SELECT count(*) FROM transacoes WHERE cliente_id = 1"));
        Assert.Equal((long)posts * (posts + 1) / 2, Ledger.Statement(1).BalanceCents);
        Place.AssertBalanced();
    }

    [Fact]
    public void An_entry_shows_what_was_posted()
    {
        var before = Timestamp.Now;
        Ledger.Credit(1, 90_000, "descricao");
        Ledger.Debit(1, 10, "a\0💰");
        var after = Timestamp.Now;

        var entries = Ledger.Statement(1).Entries;
        Assert.Equal((10, TransactionKind.Debit), (entries[0].AmountCents, entries[0].Kind));
        Assert.Equal((90_000, TransactionKind.Credit), (entries[1].AmountCents, entries[1].Kind));
        Assert.Equal(["a\0💰", "descricao"], Ledger.Statement(1).Texts());
        Assert.InRange(
            entries[1].PostedAt.MicrosecondsSinceEpoch, before.MicrosecondsSinceEpoch, after.MicrosecondsSinceEpoch);
    }

    [Fact]
    public void Each_account_has_a_history_and_a_sequence_of_its_own()
    {
        for (var round = 0; round < 3; round++)
        {
            for (var id = 1; id <= 5; id++)
            {
                Ledger.Credit(id, 1, $"{id} {round}");
            }
        }

        for (var id = 1; id <= 5; id++)
        {
            Assert.Equal([$"{id} 2", $"{id} 1", $"{id} 0"], Ledger.Statement(id).Texts());
            Assert.Equal(3, Place.Query($"SELECT max(seq) FROM transacoes WHERE cliente_id = {id}"));
        }

        Place.AssertBalanced();
    }

    [Fact]
    public void The_sequence_has_no_gap_where_posts_were_refused()
    {
        for (var number = 0; number < 50; number++)
        {
            Ledger.Debit(1, 30_000);
            Ledger.Credit(1, 10_000);
            Ledger.Credit(6, 1);
        }

        Place.AssertBalanced();
        Assert.Equal(
            Place.Query("SELECT count(*) FROM transacoes"), Place.Query("SELECT max(seq) FROM transacoes"));
    }

    [Fact]
    public void Everything_is_there_after_the_file_is_opened_again()
    {
        Ledger.Credit(1, 700, "kept");
        Ledger.Debit(2, 80_000, "kept too");

        Place.Close();

        Assert.Equal(700, Ledger.Statement(1).BalanceCents);
        Assert.Equal(["kept"], Ledger.Statement(1).Texts());
        Assert.Equal(PostResult.LimitExceeded, Ledger.Debit(2, 1).Result);
        Ledger.Credit(1, 1, "next");
        Assert.Equal(["next", "kept"], Ledger.Statement(1).Texts());
        Place.AssertBalanced();
    }

    [Fact]
    public async Task Posts_that_wait_when_the_ledger_closes_are_finished()
    {
        var posts = Enumerable.Range(0, 2000)
            .Select(_ => Ledger.PostAsync(1, TransactionKind.Credit, 1, "x"))
            .ToList();

        Place.Close();

        Assert.All(await Task.WhenAll(posts), post => Assert.Equal(PostResult.Accepted, post.Result));
        Assert.Equal(2000, Place.Query("SELECT saldo FROM clientes WHERE id = 1"));
    }

    [Fact]
    public void A_reset_empties_the_history_and_every_balance()
    {
        Ledger.Credit(1, 5);
        Ledger.Debit(5, 500_000);

        Assert.Equal(PostResult.Accepted, Ledger.Reset());

        foreach (var (id, limit) in SeedAccounts.LimitsCents)
        {
            Assert.Equal(0, Ledger.Statement(id).BalanceCents);
            Assert.Equal(limit, Ledger.Statement(id).LimitCents);
            Assert.True(Ledger.Statement(id).Entries.IsEmpty);
        }

        Ledger.Credit(1, 1);
        Assert.Equal(1, Place.Query("SELECT max(seq) FROM transacoes"));
        Place.AssertBalanced();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

public sealed class SqliteHistoryTests : HistoryTests<LedgerOnDisk>;

public sealed class PostgresHistoryTests : HistoryTests<LedgerOnPostgres>;
