namespace Rinha.Server.Tests.Sqlite;

// Mutual exclusion, waiting, and the gate closed to all, as an operator's commands need it.
[Collection(RunsAlone.Name)]
public sealed class GateTests : FileTest
{
    [Fact]
    public void Instances_that_come_and_go_at_random_exclude_one_another()
    {
        var inside = 0;
        var entered = 0;

        ParallelThreads.Run(6, index =>
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
                        break; // Dispose while inside.
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
    public void One_instance_too_many_is_refused_with_a_clear_message()
    {
        var gates = Enumerable.Range(0, Limits.GateInstancesMax).Select(_ => new Gate(FilePath)).ToList();

        // A refused instance leaves no file open, and the others go on, including the last one.
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
    public void A_second_Dispose_does_not_touch_the_next_owner_of_the_number()
    {
        var first = new Gate(FilePath);
        first.Dispose();
        using var second = new Gate(FilePath); // Gets the number of the first.
        second.Enter();

        first.Dispose();

        Assert.Equal(1, ForgedGate.Holder(FilePath));
        Assert.Throws<NullReferenceException>(() => first.TryEnter());
    }

    // No space, no length, not writable, a directory.
    [Theory]
    [InlineData("/dev/full")]
    [InlineData("/dev/null")]
    [InlineData("/proc/version")]
    [InlineData("/proc")]
    public void A_file_that_cannot_be_mapped_is_refused_with_one_line(string target)
    {
        File.CreateSymbolicLink(FilePath + "-gate", target);

        var error = Assert.ThrowsAny<Exception>(() => new Gate(FilePath));

        Assert.True(error is IOException or UnauthorizedAccessException, error.ToString());
        Assert.Contains("rinha.db-gate", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void One_instance_checkpoints_until_it_ends_or_is_disposed(bool isDisposed)
    {
        using var first = new Gate(FilePath);
        using var second = new Gate(FilePath);
        Assert.True(first.TryBeginCheckpoint());
        Assert.False(second.TryBeginCheckpoint());
        // A checkpoint does not block writers.
        second.Enter();
        second.Exit();
        Action end = isDisposed ? first.Dispose : first.EndCheckpoint;
        end();

        Assert.True(second.TryBeginCheckpoint());
    }

    [Fact]
    public void A_wait_that_times_out_leaves_no_trace()
    {
        using var inside = new Gate(FilePath);
        using var waiting = new Gate(FilePath);
        inside.Enter();

        var waited = Stopwatch.StartNew();
        Assert.False(waiting.TryEnterWithin(waitMs: 100));
        Assert.True(waited.ElapsedMilliseconds >= 90, "timed out too early");

        inside.Exit();
        // The turn is not kept for the waiter that timed out.
        Assert.True(inside.TryEnter());
        inside.Exit();
        Assert.True(waiting.TryEnterWithin(waitMs: 100));
        waiting.Exit();
    }

    [Fact]
    public void The_gate_can_be_closed_only_while_no_instance_has_it_open()
    {
        using (new Gate(FilePath))
        {
            using var early = new GateFile(FilePath + "-gate", FilePath);
            Assert.False(early.TryLockAll());
        }

        using (var checkpointer = new GateFile(FilePath + "-gate", FilePath))
        {
            Assert.True(checkpointer.TryLock(GateFile.CheckpointerByte));
            using var early = new GateFile(FilePath + "-gate", FilePath);
            Assert.False(early.TryLockAll());
        }

        using (var closed = new GateFile(FilePath + "-gate", FilePath))
        {
            Assert.True(closed.TryLockAll());
            var refusal = Assert.Throws<IOException>(() => new Gate(FilePath));
            Assert.Contains("restore", refusal.Message, StringComparison.Ordinal);
            Assert.Throws<IOException>(() => LedgerExtensions.OpenLedger(FilePath));
        }

        new Gate(FilePath).Dispose();
    }
}
