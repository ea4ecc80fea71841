namespace Rinha.Server.Tests.Sqlite;

// Writes that come in rounds: the round commits them itself, or hands them over to the writer when it would wait.
public sealed class RoundTests : LedgerContract<LedgerOnDisk>
{
    private readonly IWriteRound _round;

    public RoundTests() => _round = Storage.Ledger.Round;

    [Fact]
    public async Task A_round_commits_all_its_writes_before_it_ends()
    {
        var writes = Enumerable.Range(0, 5).Select(_ => _round.JoinAsync(Credit(1)).AsTask()).ToList();
        Assert.Equal(5, _round.Writes);
        Assert.All(writes, write => Assert.False(write.IsCompleted));

        Assert.Equal(RoundEnd.Committed, _round.TryCommit());

        Assert.All(writes, write => Assert.True(write is { IsCompletedSuccessfully: true }));
        Assert.All(await Task.WhenAll(writes), write => Assert.Equal(PostResult.Accepted, write.Result));
        Assert.Equal(0, _round.Writes);
        Assert.Equal(5, Ledger.Statement(1).BalanceCents);
    }

    [Fact]
    public async Task A_write_added_by_a_completion_is_not_lost()
    {
        var both = WriteTwice();
        Assert.Equal(RoundEnd.Committed, _round.TryCommit());

        // The second write is added while the round completes the first.
        await AssertAccepted(both);
        Assert.Equal(2, Ledger.Statement(1).BalanceCents);

        async Task<WriteOutcome> WriteTwice()
        {
            await _round.JoinAsync(Credit(1)).ConfigureAwait(false);
            return await Ledger.WriteAsync(Credit(1)).ConfigureAwait(false);
        }
    }

    [Fact]
    public void A_round_refuses_the_calls_of_a_second_thread()
    {
        Assert.Equal(RoundEnd.Nothing, _round.TryCommit());

        ParallelThreads.Run(() =>
        {
            Assert.Throws<InvalidOperationException>(() => { _ = _round.JoinAsync(Credit(1)).AsTask(); });
            Assert.Throws<InvalidOperationException>(() => { _round.TryCommit(); });
            Assert.Throws<InvalidOperationException>(_round.HandOver);
        });

        Assert.Equal(0, _round.Writes);
    }

    [Fact]
    public void Other_threads_write_independently_of_a_round()
    {
        // Run returns once the other thread has its answer: the round need not end for that.
        ParallelThreads.Run(() => Assert.Equal(PostResult.Accepted, Ledger.Credit(1, 1).Result));

        Assert.Equal(0, _round.Writes);
        Assert.Equal(RoundEnd.Nothing, _round.TryCommit());
        Assert.Equal(1, Ledger.Statement(1).BalanceCents);
    }

    [Fact]
    public async Task A_round_that_finds_the_gate_taken_grows_and_commits_everything_later()
    {
        using var gate = new Gate(Storage.FilePath);
        gate.Enter();
        var writes = new List<Task<WriteOutcome>> { _round.JoinAsync(Credit(1)).AsTask() };
        Assert.Equal(RoundEnd.GateTaken, _round.TryCommit());
        writes.Add(_round.JoinAsync(Credit(1)).AsTask());
        Assert.Equal(RoundEnd.GateTaken, _round.TryCommit());
        Assert.Equal(2, _round.Writes);
        gate.Exit();

        Assert.Equal(RoundEnd.Committed, _round.TryCommit());

        Assert.Equal(0, _round.Writes);
        Assert.All(writes, write => Assert.True(write is { IsCompletedSuccessfully: true }));
        Assert.All(await Task.WhenAll(writes), write => Assert.Equal(PostResult.Accepted, write.Result));
        Assert.Equal(2, Ledger.Statement(1).BalanceCents);
    }

    [Fact]
    public async Task Writes_handed_over_by_a_round_are_committed_by_the_writer_when_the_gate_is_free()
    {
        using var gate = new Gate(Storage.FilePath);
        gate.Enter();
        var write = _round.JoinAsync(Credit(1)).AsTask();
        Assert.Equal(RoundEnd.GateTaken, _round.TryCommit());
        _round.HandOver();
        Assert.Equal(0, _round.Writes);
        Assert.False(write.IsCompleted);

        gate.Exit();

        await AssertAccepted(write);
    }

    [Fact]
    public async Task A_round_does_not_wait_for_the_writer_that_waits_at_the_gate()
    {
        using var gate = new Gate(Storage.FilePath);
        gate.Enter();
        var byWriter = Task.Run(() => Ledger.Credit(1, 1), TestContext.Current.CancellationToken);
        Task<WriteOutcome> byRound;
        while (true)
        {
            byRound = _round.JoinAsync(Credit(1)).AsTask();
            if (_round.TryCommit() == RoundEnd.HandedOver)
            {
                break; // The writer has the turn and takes this write too.
            }

            _round.HandOver();
        }

        Assert.False(byRound.IsCompleted);

        gate.Exit();

        Assert.Equal(PostResult.Accepted, (await byWriter).Result);
        await AssertAccepted(byRound);
    }

    [Fact]
    public async Task A_round_that_finds_the_ledger_locked_does_not_wait()
    {
        Task<WriteOutcome> write;
        using (LedgerRows.Lock(Storage.FilePath))
        {
            write = _round.JoinAsync(Credit(1)).AsTask();
            Assert.Equal(RoundEnd.HandedOver, _round.TryCommit());
            Assert.False(write.IsCompleted);
        }

        await AssertAccepted(write);
    }

    [Fact]
    public async Task A_round_hands_a_reset_and_what_follows_it_to_the_writer()
    {
        var roundThreadId = Environment.CurrentManagedThreadId;
        var isCommitting = false;
        var before = _round.JoinAsync(Credit(1)).AsTask();
        var resetByRound = _round.JoinAsync(new PendingReset()).AsTask().ContinueWith(
            _ => isCommitting && Environment.CurrentManagedThreadId == roundThreadId,
            TestContext.Current.CancellationToken,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        var after = _round.JoinAsync(Credit(20)).AsTask();

        isCommitting = true;
        Assert.Equal(RoundEnd.Committed, _round.TryCommit());
        isCommitting = false;

        Assert.Equal(PostResult.Accepted, (await before).Result);
        Assert.False(await resetByRound);
        Assert.Equal(PostResult.Accepted, (await after).Result);
        Assert.Equal(20, Ledger.Statement(1).BalanceCents);
    }

    [Fact]
    public void Two_instances_in_rounds_lose_nothing()
    {
        const int rounds = 300;
        SqliteLedger[] ledgers = [Storage.Ledger, Storage.Open()];

        ParallelThreads.Run(2, index =>
        {
            for (var round = 0; round < rounds; round++)
            {
                var writes = Task.WhenAll(
                    Enumerable.Range(0, 3).Select(_ => ledgers[index].Round.JoinAsync(Credit(1)).AsTask()));
                for (var tries = 0; ledgers[index].Round.TryCommit() == RoundEnd.GateTaken; tries++)
                {
                    if (tries == Limits.GateTriesMax)
                    {
                        ledgers[index].Round.HandOver();
                        break;
                    }

                    Thread.Yield();
                }

                Assert.All(writes.GetAwaiter().GetResult(), write => Assert.Equal(PostResult.Accepted, write.Result));
            }
        });

        Assert.Equal(2 * rounds * 3, Ledger.Statement(1).BalanceCents);
    }

    private static PendingPost Credit(long amountCents) => new()
    {
        AccountId = 1,
        Kind = TransactionKind.Credit,
        AmountCents = amountCents,
        Description = LedgerExtensions.Describe("round"),
    };

    private static async Task AssertAccepted(Task<WriteOutcome> write) => Assert.Equal(
        PostResult.Accepted, (await write.WaitAsync(Wait.Timeout, TestContext.Current.CancellationToken)).Result);
}
