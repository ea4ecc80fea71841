namespace Rinha.Server.Tests.Sqlite;

public sealed class LockedLedgerTests : IDisposable
{
    private readonly LedgerOnDisk _disk = new();

    [Fact]
    public async Task A_lock_held_for_too_long_refuses_the_writes_of_every_instance_and_stops_no_read()
    {
        ILedger[] instances = [_disk.Open(), _disk.Open()];
        instances[0].Credit(1, 7, "before");
        using (LockedDatabase.Of(_disk.FilePath))
        {
            var waited = Stopwatch.StartNew();
            var posts = Task.WhenAll(instances.Select(ledger =>
                ledger.PostAsync(1, TransactionKind.Credit, 1, "refused")));

            var readsMeanwhile = 0;
            while (!posts.IsCompleted)
            {
                Assert.All(instances, ledger => Assert.Equal(7, ledger.Statement(1).BalanceCents));
                readsMeanwhile += posts.IsCompleted ? 0 : 1;
                await Task.WhenAny(posts, Task.Delay(50, TestContext.Current.CancellationToken));
            }

            Assert.All(await posts, post => Assert.Equal(PostResult.Busy, post.Result));
            Assert.True(readsMeanwhile > 0, "no statement was read while the lock was held");
            Assert.True(waited.ElapsedMilliseconds >= Limits.BusyTimeoutMs - 50, "refused before the timeout");
        }

        Assert.All(instances, ledger => Assert.Equal(PostResult.Accepted, ledger.Credit(1, 1, "after").Result));
        Assert.Equal(["after", "after", "before"], instances[0].Statement(1).Texts());
        LedgerRows.AssertBalanced(_disk.FilePath);
    }

    [Fact]
    public async Task A_lock_held_for_a_moment_only_delays()
    {
        ILedger[] instances = [_disk.Open(), _disk.Open()];
        var other = LockedDatabase.Of(_disk.FilePath);
        var posts = Task.WhenAll(instances.Select(ledger => ledger.PostAsync(1, TransactionKind.Credit, 1, "x")));

        await Task.WhenAny(posts, Task.Delay(300, TestContext.Current.CancellationToken));
        Assert.False(posts.IsCompleted);
        other.Dispose();

        Assert.All(await posts, post => Assert.Equal(PostResult.Accepted, post.Result));
    }

    [Fact]
    public void An_index_that_someone_stopped_changing_refuses_reads_as_locked_until_it_goes_on()
    {
        var ledger = _disk.Open();
        ledger.Credit(1, 7, "before");
        using (LockedDatabase.Of(_disk.FilePath))
        {
            using var index = new HalfChangedIndex(_disk.FilePath);
            Assert.Equal(LookupResult.Busy, ledger.ReadStatement(1, new Statement()));
        }

        Assert.Equal(7, ledger.Statement(1).BalanceCents);
        Assert.Equal(PostResult.Accepted, ledger.Credit(1, 1, "after").Result);
    }

    public void Dispose() => _disk.Dispose();
}
