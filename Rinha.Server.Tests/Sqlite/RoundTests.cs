namespace Rinha.Server.Tests.Sqlite;

/// <summary>
/// Writes that come in rounds: committed by the round itself, or by the writer when the round would have to wait.
/// </summary>
public sealed class RoundTests : FileTest
{
    [Fact]
    public async Task A_round_commits_all_its_writes_before_it_ends()
    {
        using var ledger = LedgerExtensions.OpenLedger(FilePath);
        var writes = Enumerable.Range(0, 5).Select(_ => ledger.Round.JoinAsync(Credit(1)).AsTask()).ToList();
        Assert.Equal(5, ledger.Round.Writes);
        Assert.All(writes, write => Assert.False(write.IsCompleted));

        Assert.True(ledger.Round.TryEnd());

        Assert.All(writes, write => Assert.True(write is { IsCompletedSuccessfully: true }));
        Assert.All(await Task.WhenAll(writes), result => Assert.Equal(PostResult.Accepted, result));
        Assert.Equal(0, ledger.Round.Writes);
        Assert.Equal(5, Balance(ledger));
    }

    [Fact]
    public async Task What_an_answer_brings_with_it_is_not_forgotten()
    {
        using var ledger = LedgerExtensions.OpenLedger(FilePath);
        var both = WriteTwice();
        Assert.True(ledger.Round.TryEnd());

        // The second one is handed in while the round completes the first.
        Assert.Equal(
            PostResult.Accepted, await both.WaitAsync(Wait.Timeout, TestContext.Current.CancellationToken));
        Assert.Equal(2, Balance(ledger));

        async Task<PostResult> WriteTwice()
        {
            await ledger.Round.JoinAsync(Credit(1)).ConfigureAwait(false);
            return await ledger.WriteAsync(Credit(1)).ConfigureAwait(false);
        }
    }

    [Fact]
    public void Other_threads_write_beside_a_round()
    {
        using var ledger = LedgerExtensions.OpenLedger(FilePath);

        // On a thread of its own, and waited for: the round has not ended meanwhile.
        Together.Run(() => Assert.Equal(PostResult.Accepted, ledger.Credit(1, 1).Result));

        Assert.Equal(0, ledger.Round.Writes);
        Assert.True(ledger.Round.TryEnd());
        Assert.Equal(1, Balance(ledger));
    }

    [Fact]
    public async Task A_round_that_finds_the_gate_taken_goes_on_and_commits_what_comes_meanwhile_too()
    {
        using var ledger = LedgerExtensions.OpenLedger(FilePath);
        using var gate = new Gate(FilePath);
        gate.Enter();
        var writes = new List<Task<PostResult>> { ledger.Round.JoinAsync(Credit(1)).AsTask() };
        Assert.False(ledger.Round.TryEnd());
        writes.Add(ledger.Round.JoinAsync(Credit(1)).AsTask());
        Assert.False(ledger.Round.TryEnd());
        Assert.Equal(2, ledger.Round.Writes);
        gate.Exit();

        Assert.True(ledger.Round.TryEnd());

        Assert.Equal(0, ledger.Round.Writes);
        Assert.All(writes, write => Assert.True(write is { IsCompletedSuccessfully: true }));
        Assert.All(await Task.WhenAll(writes), result => Assert.Equal(PostResult.Accepted, result));
        Assert.Equal(2, Balance(ledger));
    }

    [Fact]
    public async Task What_a_round_leaves_the_writer_commits_when_the_gate_is_free()
    {
        using var ledger = LedgerExtensions.OpenLedger(FilePath);
        using var gate = new Gate(FilePath);
        gate.Enter();
        var write = ledger.Round.JoinAsync(Credit(1)).AsTask();
        Assert.False(ledger.Round.TryEnd());
        ledger.Round.Leave();
        Assert.Equal(0, ledger.Round.Writes);
        Assert.False(write.IsCompleted);

        gate.Exit();

        Assert.Equal(
            PostResult.Accepted, await write.WaitAsync(Wait.Timeout, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_round_does_not_wait_for_the_writer_that_waits_at_the_gate()
    {
        using var ledger = LedgerExtensions.OpenLedger(FilePath);
        using var gate = new Gate(FilePath);
        gate.Enter();
        var writers = Task.Run(() => ledger.Credit(1, 1), TestContext.Current.CancellationToken);
        Task<PostResult> rounds;
        while (true)
        {
            rounds = ledger.Round.JoinAsync(Credit(1)).AsTask();
            if (ledger.Round.TryEnd())
            {
                break; // The writer has the turn, and takes this too.
            }

            ledger.Round.Leave();
        }

        Assert.False(rounds.IsCompleted);

        gate.Exit();

        Assert.Equal(PostResult.Accepted, (await writers).Result);
        var result = await rounds.WaitAsync(Wait.Timeout, TestContext.Current.CancellationToken);
        Assert.Equal(PostResult.Accepted, result);
    }

    [Fact]
    public async Task A_round_that_finds_the_ledger_locked_does_not_wait()
    {
        using var ledger = LedgerExtensions.OpenLedger(FilePath);
        Task<PostResult> write;
        using (LedgerRows.Lock(FilePath))
        {
            write = ledger.Round.JoinAsync(Credit(1)).AsTask();
            Assert.True(ledger.Round.TryEnd());
            Assert.False(write.IsCompleted);
        }

        Assert.Equal(
            PostResult.Accepted, await write.WaitAsync(Wait.Timeout, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_round_leaves_a_reset_and_what_follows_it_to_the_writer()
    {
        using var ledger = LedgerExtensions.OpenLedger(FilePath);
        var roundThreadId = Environment.CurrentManagedThreadId;
        var isEnding = false;
        var before = ledger.Round.JoinAsync(Credit(1)).AsTask();
        var resetByRound = ledger.Round.JoinAsync(new PendingReset()).AsTask().ContinueWith(
            _ => isEnding && Environment.CurrentManagedThreadId == roundThreadId,
            TestContext.Current.CancellationToken,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        var after = ledger.Round.JoinAsync(Credit(20)).AsTask();

        isEnding = true;
        Assert.True(ledger.Round.TryEnd());
        isEnding = false;

        Assert.Equal(PostResult.Accepted, await before);
        Assert.False(await resetByRound);
        Assert.Equal(PostResult.Accepted, await after);
        Assert.Equal(20, Balance(ledger));
    }

    [Fact]
    public void Two_instances_in_rounds_lose_nothing()
    {
        const int rounds = 300;
        using var first = LedgerExtensions.OpenLedger(FilePath);
        using var second = LedgerExtensions.OpenLedger(FilePath);
        var ledgers = new[] { first, second };

        Together.Run(2, index =>
        {
            for (var round = 0; round < rounds; round++)
            {
                var writes = Task.WhenAll(
                    Enumerable.Range(0, 3).Select(_ => ledgers[index].Round.JoinAsync(Credit(1)).AsTask()));
                for (var tries = 0; !ledgers[index].Round.TryEnd(); tries++)
                {
                    if (tries == Limits.GateTriesMax)
                    {
                        ledgers[index].Round.Leave();
                        break;
                    }

                    Thread.Yield();
                }

                Assert.All(writes.GetAwaiter().GetResult(), result => Assert.Equal(PostResult.Accepted, result));
            }
        });

        Assert.Equal(2 * rounds * 3, Balance(first));
    }

    private static PendingPost Credit(long amountCents) => new()
    {
        AccountId = 1,
        Kind = TransactionKind.Credit,
        AmountCents = amountCents,
        Description = LedgerExtensions.Describe("round"),
    };

    private static long Balance(SqliteLedger ledger) => ledger.Statement(1).BalanceCents;
}
