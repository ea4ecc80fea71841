namespace Rinha.Server.Tests.Ledger;

/// <summary>The whole history, page by page.</summary>
public abstract class HistoryPageTests<TPlace> : LedgerContract<TPlace>
    where TPlace : ILedgerPlace, new()
{
    [Theory]
    [InlineData(0, 20)]
    [InlineData(1, 1)]
    [InlineData(63, 100)]
    [InlineData(64, 1)]
    [InlineData(65, 64)]
    [InlineData(500, 7)]
    [InlineData(500, 100)]
    public void The_pages_hold_everything_once_newest_first(int posts, int entriesWanted)
    {
        for (var number = 1; number <= posts; number++)
        {
            Ledger.Credit(1, number, $"{number}");
            // Another client's rows lie between.
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
        Place.AssertBalanced();
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
    public void What_is_posted_between_two_pages_moves_nothing()
    {
        Ledger.CreditAtOnce(5 * 100);
        var first = Ledger.Page(1, long.MaxValue, 30).Sequences();
        Ledger.CreditAtOnce(5 * 100);

        var second = Ledger.Page(1, first[^1], 30).Sequences();

        Assert.Equal([.. Enumerable.Range(41, 60).Reverse()], first.Concat(second).Select(seq => (int)seq));
    }

    [Fact]
    public async Task Every_page_is_one_snapshot_while_two_instances_write()
    {
        var other = Place.Open();
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
        Place.AssertBalanced();
    }

    [Fact]
    public void A_reset_empties_every_history()
    {
        Ledger.CreditAtOnce(5 * 100);
        Ledger.Reset();
        Assert.Empty(Ledger.Page(1, long.MaxValue, 100).Sequences());

        Ledger.CreditAtOnce(5 * 70);

        Assert.Equal(70, Ledger.Page(1, long.MaxValue, 100).Sequences().Count);
        Place.AssertBalanced();
    }

    [Fact]
    public void Nobody_has_no_history() =>
        Assert.Equal(LookupResult.UnknownAccount, Ledger.ReadHistory(6, LedgerExtensions.Wanted(long.MaxValue, 1)));

    private static async Task WriteAsync(ILedger ledger, CancellationToken ended)
    {
        while (!ended.IsCancellationRequested)
        {
            await ledger.PostAsync(1, TransactionKind.Credit, 1, "x").ConfigureAwait(false);
        }
    }
}

public sealed class SqliteHistoryPageTests : HistoryPageTests<LedgerOnDisk>;

public sealed class PostgresHistoryPageTests : HistoryPageTests<LedgerOnPostgres>;
