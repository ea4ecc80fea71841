namespace Rinha.Server.Tests.Sqlite;

[Collection(RunsAlone.Name)]
public sealed class GateTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string FilePath => _directory.File("rinha.db");

    [Fact]
    public void Only_one_is_inside_at_a_time()
    {
        var inside = 0;
        var entered = 0;

        Together.Run(4, _ =>
        {
            using var gate = new Gate(FilePath);
            for (var turn = 0; turn < 2000; turn++)
            {
                gate.Enter();
                Assert.Equal(1, Interlocked.Increment(ref inside));
                entered++; // Without Interlocked: the gate itself must keep the others out.
                Assert.Equal(0, Interlocked.Decrement(ref inside));
                gate.Exit();
            }
        });

        Assert.Equal(8000, entered);
    }

    [Fact]
    public void Who_only_tries_gets_in_when_nobody_is_inside_or_waits()
    {
        using var first = new Gate(FilePath);
        using var second = new Gate(FilePath);
        Assert.True(first.TryEnter());
        Assert.False(second.TryEnter());
        first.Exit();
        Assert.True(second.TryEnter());
        second.Exit();
        first.Enter();
        first.Exit();
    }

    [Fact]
    public void Instances_that_come_and_go_at_random_keep_one_another_out()
    {
        var inside = 0;
        var entered = 0;

        Together.Run(6, index =>
        {
            var random = new Random(index);
            for (var instance = 0; instance < 50; instance++)
            {
                using var gate = new Gate(FilePath);
                for (var turn = random.Next(200); turn > 0; turn--)
                {
                    if (random.Next(2) == 0)
                    {
                        gate.Enter();
                    }
                    else if (!gate.TryEnter())
                    {
                        continue;
                    }

                    Assert.Equal(1, Interlocked.Increment(ref inside));
                    entered++;
                    Thread.SpinWait(random.Next(50));
                    Assert.Equal(0, Interlocked.Decrement(ref inside));
                    if (random.Next(20) == 0)
                    {
                        break; // Disposed inside.
                    }

                    gate.Exit();
                }
            }
        });

        Assert.True(entered > 0);
        Assert.Equal(0, ForgedGate.Holder(FilePath));
        Assert.Equal(0, ForgedGate.Sleeping(FilePath));
        Assert.Equal(0, ForgedGate.Asking(FilePath));
    }

    [Fact]
    public void Who_waits_gets_in_when_the_other_leaves()
    {
        using var first = new Gate(FilePath);
        using var entered = new ManualResetEventSlim();
        first.Enter();
        var second = Start(entered);

        Assert.False(entered.Wait(100, TestContext.Current.CancellationToken));
        first.Exit();

        Assert.True(entered.Wait(Wait.Timeout, TestContext.Current.CancellationToken));
        Assert.True(second.Join(Wait.Timeout));
    }

    [Fact]
    public void Who_is_disposed_inside_lets_the_next_one_in()
    {
        using var entered = new ManualResetEventSlim();
        var first = new Gate(FilePath);
        first.Enter();
        var second = Start(entered);

        first.Dispose();

        Assert.True(entered.Wait(Wait.Timeout, TestContext.Current.CancellationToken));
        Assert.True(second.Join(Wait.Timeout));
    }

    [Fact]
    public void Numbers_are_given_again()
    {
        for (var instance = 0; instance < 10 * Limits.GateInstancesMax; instance++)
        {
            using var gate = new Gate(FilePath);
            gate.Enter();
            Assert.Equal(1, ForgedGate.Holder(FilePath));
        }
    }

    [Fact]
    public void One_more_than_there_are_numbers_is_refused_with_a_clear_word()
    {
        var gates = Enumerable.Range(0, Limits.GateInstancesMax).Select(_ => new Gate(FilePath)).ToList();

        // Refused again and again, without keeping a file open; the others go on, the last one too.
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var error = Assert.Throws<IOException>(() => new Gate(FilePath));
            Assert.Contains("rinha.db-gate", error.Message, StringComparison.Ordinal);
            Assert.Contains($"{Limits.GateInstancesMax}", error.Message, StringComparison.Ordinal);
        }

        foreach (var gate in gates)
        {
            Assert.True(gate.TryEnter());
            gate.Exit();
        }

        gates[4].Dispose();
        using (var again = new Gate(FilePath))
        {
            again.Enter();
            Assert.Equal(5, ForgedGate.Holder(FilePath));
        }

        gates.ForEach(gate => gate.Dispose());
    }

    [Fact]
    public void Who_is_disposed_twice_leaves_others_alone()
    {
        var first = new Gate(FilePath);
        first.Dispose();
        using var second = new Gate(FilePath); // Has the number now.
        second.Enter();

        first.Dispose();

        Assert.Equal(1, ForgedGate.Holder(FilePath));
        Assert.Throws<NullReferenceException>(() => first.TryEnter());
    }

    // Full, without a length, not to be written.
    [Theory]
    [InlineData("/dev/full")]
    [InlineData("/dev/null")]
    [InlineData("/proc/version")]
    public void A_file_that_cannot_be_shared_memory_is_refused_with_one_line(string target)
    {
        File.CreateSymbolicLink(FilePath + "-gate", target);

        var error = Assert.ThrowsAny<Exception>(() => new Gate(FilePath));

        Assert.True(error is IOException or UnauthorizedAccessException, error.ToString());
        Assert.Contains("rinha.db-gate", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void One_checkpoints_until_it_is_gone()
    {
        using var second = new Gate(FilePath);
        using (var first = new Gate(FilePath))
        {
            Assert.True(first.TryBeginCheckpoint());
            Assert.False(second.TryBeginCheckpoint());
            // The checkpointer does not stand in anybody's way.
            second.Enter();
            second.Exit();
        }

        Assert.True(second.TryBeginCheckpoint());
    }

    [Fact]
    public void One_checkpoints_until_it_is_done()
    {
        using var first = new Gate(FilePath);
        using var second = new Gate(FilePath);
        Assert.True(first.TryBeginCheckpoint());
        first.EndCheckpoint();

        Assert.True(second.TryBeginCheckpoint());
        Assert.False(first.TryBeginCheckpoint());
    }

    public void Dispose() => _directory.Dispose();

    private Thread Start(ManualResetEventSlim entered)
    {
        var thread = new Thread(() =>
        {
            using var gate = new Gate(FilePath);
            gate.Enter();
            entered.Set();
            gate.Exit();
        });
        thread.Start();
        return thread;
    }
}
