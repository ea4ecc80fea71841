namespace Rinha.Server.Tests.Ledger;

public abstract class HistoryTests<TStorage> : LedgerContract<TStorage>
    where TStorage : LedgerStorage, new()
{
    [Fact]
    public void Everything_survives_a_reopen()
    {
        Ledger.Credit(1, 700, "kept");
        Ledger.Debit(2, 80_000, "kept too");

        Storage.Close();

        Assert.Equal(700, Ledger.Statement(1).BalanceCents);
        Assert.Equal(["kept"], Ledger.Statement(1).Texts());
        Assert.Equal(PostResult.LimitExceeded, Ledger.Debit(2, 1).Result);
        Ledger.Credit(1, 1, "next");
        Assert.Equal(["next", "kept"], Ledger.Statement(1).Texts());
        Storage.AssertBalanced();
    }

    [Fact]
    public async Task Posts_that_wait_when_the_ledger_closes_are_finished()
    {
        var posts = Enumerable.Range(0, 2000)
            .Select(_ => Ledger.PostAsync(1, TransactionKind.Credit, 1, "x"))
            .ToList();

        Storage.Close();

        Assert.All(await Task.WhenAll(posts), post => Assert.Equal(PostResult.Accepted, post.Result));
        Assert.Equal(2000, Storage.Query("SELECT saldo FROM clientes WHERE id = 1"));
    }

    [Fact]
    public void A_reset_empties_the_history_and_every_balance()
    {
        Ledger.CreditAtOnce(5 * 70);
        Ledger.Debit(5, 500_000);

        Assert.Equal(PostResult.Accepted, Ledger.Reset());

        foreach (var (id, limit) in SeedAccounts.LimitsCents)
        {
            Assert.Equal(0, Ledger.Statement(id).BalanceCents);
            Assert.Equal(limit, Ledger.Statement(id).LimitCents);
            Assert.True(Ledger.Statement(id).Entries.IsEmpty);
        }

        Assert.Empty(Ledger.Page(1, long.MaxValue, 100).Sequences());
        Ledger.CreditAtOnce(5 * 70);
        Assert.Equal(70, Ledger.Page(1, long.MaxValue, 100).Sequences().Count);
        Storage.AssertBalanced();
    }

    [Theory]
    [InlineData(0, 20)]
    [InlineData(1, 1)]
    [InlineData(63, 100)]
    [InlineData(64, 1)]
    [InlineData(65, 64)]
    [InlineData(500, 7)]
    [InlineData(500, 100)]
    public void The_pages_list_everything_once_newest_first(int posts, int entriesWanted)
    {
        for (var number = 1; number <= posts; number++)
        {
            Ledger.Credit(1, number, $"{number}");
            // Another client's rows in between.
            Ledger.Debit(2, 1, "other");
        }

        var seen = new List<long>();
        long? before = long.MaxValue;
        while (before is { } next)
        {
            var page = Ledger.Page(1, next, entriesWanted);
            Assert.InRange(page.Entries.Length, 0, entriesWanted);
            foreach (ref readonly var entry in page.Entries)
            {
                seen.Add(entry.Sequence);
                Assert.Equal(entry.Sequence, entry.Transaction.AmountCents);
                Assert.Equal($"{entry.Sequence}", Encoding.UTF8.GetString(entry.Transaction.Description.AsUtf8()));
                Assert.Equal(TransactionKind.Credit, entry.Transaction.Kind);
            }

            before = page.NextBefore;
        }

        Assert.Equal(Enumerable.Range(1, posts).Reverse().Select(number => (long)number), seen);
        Storage.AssertBalanced();
    }

    [Fact]
    public void A_page_can_begin_at_every_sequence()
    {
        Ledger.CreditAtOnce(5 * 200);

        for (var before = 1L; before <= 202; before++)
        {
            var page = Ledger.Page(3, before, 3);
            var expected = Enumerable.Range(1, 3).Select(back => before - back).Where(seq => seq is >= 1 and <= 200);
            expected = before == 202 ? [200, 199, 198] : expected;
            Assert.Equal(expected, page.Sequences());
            Assert.Equal(page.Sequences().LastOrDefault(1) is var last && last > 1 ? last : null, page.NextBefore);
        }
    }

    [Fact]
    public async Task Every_page_is_one_snapshot_while_two_instances_write()
    {
        var other = Storage.Open();
        using var ended = new CancellationTokenSource();
        var writing = Task.WhenAll(
            WriteAsync(Ledger, ended.Token), WriteAsync(other, ended.Token));
        var newest = 0L;
        for (var page = 0; page < 200 || newest < 200; page++)
        {
            var sequences = Ledger.Page(1, long.MaxValue, 100).Sequences();
            Assert.Equal(Enumerable.Range(0, sequences.Count).Select(back => sequences[0] - back), sequences);
            newest = sequences.FirstOrDefault();
            Assert.False(writing.IsFaulted);
        }

        await ended.CancelAsync();
        await writing;
        Storage.AssertBalanced();
    }

    private static async Task WriteAsync(ILedger ledger, CancellationToken ended)
    {
        while (!ended.IsCancellationRequested)
        {
            await ledger.PostAsync(1, TransactionKind.Credit, 1, "x").ConfigureAwait(false);
        }
    }
}

public sealed class SqliteHistoryTests : HistoryTests<LedgerOnDisk>;

public sealed class PostgresHistoryTests : HistoryTests<LedgerOnPostgres>;

public sealed class CitusHistoryTests : HistoryTests<LedgerOnCitus>;
