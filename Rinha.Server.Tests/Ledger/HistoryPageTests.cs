using System.Text;
using Rinha.Server.Ledger;
using Rinha.Server.Tests.Fixtures;

namespace Rinha.Server.Tests.Ledger;

/// <summary>The whole history, page by page.</summary>
public abstract class HistoryPageTests<TPlace> : IDisposable
    where TPlace : ILedgerPlace, new()
{
    private readonly TPlace _place = new();

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
            _place.Ledger.Credit(1, number, $"{number}");
            // Another client's rows lie between.
            _place.Ledger.Debit(2, 1, "other");
        }

        var seen = new List<long>();
        long? before = long.MaxValue;
        while (before is { } next)
        {
            var page = Read(1, next, entriesWanted);
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
        _place.AssertBalanced();
    }

    [Fact]
    public void A_page_can_begin_at_every_sequence()
    {
        _place.Ledger.CreditAtOnce(5 * 200);

        for (var before = 1L; before <= 202; before++)
        {
            var page = Read(3, before, 3);
            var expected = Enumerable.Range(1, 3).Select(back => before - back).Where(seq => seq is >= 1 and <= 200);
            expected = before == 202 ? [200, 199, 198] : expected;
            Assert.Equal(expected, Sequences(page));
            Assert.Equal(Sequences(page).LastOrDefault(1) is var last && last > 1 ? last : null, page.NextBefore);
        }
    }

    [Fact]
    public void What_is_posted_between_two_pages_moves_nothing()
    {
        _place.Ledger.CreditAtOnce(5 * 100);
        var first = Sequences(Read(1, long.MaxValue, 30));
        _place.Ledger.CreditAtOnce(5 * 100);

        var second = Sequences(Read(1, first[^1], 30));

        Assert.Equal([.. Enumerable.Range(41, 60).Reverse()], first.Concat(second).Select(seq => (int)seq));
    }

    [Fact]
    public async Task Every_page_is_one_snapshot_while_two_instances_write()
    {
        var other = _place.Open();
        using var ended = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        var writing = Task.WhenAll(
            WriteAsync(_place.Ledger, ended.Token), WriteAsync(other, ended.Token));
        var pages = 0;
        while (!writing.IsCompleted)
        {
            var sequences = Sequences(Read(1, long.MaxValue, 100));
            Assert.Equal(Enumerable.Range(0, sequences.Count).Select(back => sequences[0] - back), sequences);
            pages++;
        }

        await writing;
        Assert.True(pages > 10);
        _place.AssertBalanced();
    }

    [Fact]
    public void A_reset_empties_every_history()
    {
        _place.Ledger.CreditAtOnce(5 * 100);
        _place.Ledger.Reset();
        Assert.Empty(Sequences(Read(1, long.MaxValue, 100)));

        _place.Ledger.CreditAtOnce(5 * 70);

        Assert.Equal(70, Sequences(Read(1, long.MaxValue, 100)).Count);
        _place.AssertBalanced();
    }

    [Fact]
    public void Nobody_has_no_history() =>
        Assert.Equal(LookupResult.UnknownAccount, _place.Ledger.ReadHistory(6, Wanted(long.MaxValue, 1)));

    public void Dispose() => _place.Dispose();

    private static async Task WriteAsync(ILedger ledger, CancellationToken ended)
    {
        while (!ended.IsCancellationRequested)
        {
            await ledger.PostAsync(1, TransactionKind.Credit, 1, "x").ConfigureAwait(false);
        }
    }

    private static HistoryPage Wanted(long beforeSequence, int entries)
    {
        var page = new HistoryPage();
        page.Begin(beforeSequence, entries);
        return page;
    }

    private HistoryPage Read(long accountId, long beforeSequence, int entries)
    {
        var page = Wanted(beforeSequence, entries);
        Assert.Equal(LookupResult.Found, _place.Ledger.ReadHistory(accountId, page));
        return page;
    }

    private static List<long> Sequences(HistoryPage page)
    {
        var sequences = new List<long>();
        foreach (ref readonly var entry in page.Entries)
        {
            sequences.Add(entry.Sequence);
        }

        return sequences;
    }
}

public sealed class SqliteHistoryPageTests : HistoryPageTests<LedgerOnDisk>;

public sealed class PostgresHistoryPageTests : HistoryPageTests<LedgerOnPostgres>;
