namespace Rinha.Server.Tests.Sqlite;

/// <summary>One instance inside at a time, and the gate as an operator's commands use it: closed to all.</summary>
[Collection(RunsAlone.Name)]
public sealed class GateTests : FileTest
{
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
    public void A_second_Dispose_leaves_other_instances_alone()
    {
        var first = new Gate(FilePath);
        first.Dispose();
        using var second = new Gate(FilePath); // Has the number now.
        second.Enter();

        first.Dispose();

        Assert.Equal(1, ForgedGate.Holder(FilePath));
        Assert.Throws<NullReferenceException>(() => first.TryEnter());
    }

    // Full, without a length, not to be written, a directory.
    [Theory]
    [InlineData("/dev/full")]
    [InlineData("/dev/null")]
    [InlineData("/proc/version")]
    [InlineData("/proc")]
    public void A_file_that_cannot_be_shared_memory_is_refused_with_one_line(string target)
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
    public void One_checkpoints_until_it_is_done_or_gone(bool isDisposed)
    {
        using var first = new Gate(FilePath);
        using var second = new Gate(FilePath);
        Assert.True(first.TryBeginCheckpoint());
        Assert.False(second.TryBeginCheckpoint());
        // The checkpointer does not stand in the way of writers.
        second.Enter();
        second.Exit();
        Action end = isDisposed ? first.Dispose : first.EndCheckpoint;
        end();

        Assert.True(second.TryBeginCheckpoint());
    }

    [Fact]
    public void A_waiter_that_gives_up_leaves_no_trace()
    {
        using var inside = new Gate(FilePath);
        using var waiting = new Gate(FilePath);
        inside.Enter();

        var waited = Stopwatch.StartNew();
        Assert.False(waiting.TryEnter(waitMs: 100));
        Assert.True(waited.ElapsedMilliseconds >= 95, "gave up before its time");

        inside.Exit();
        // The turn is not kept for a waiter that gave up.
        Assert.True(inside.TryEnter());
        inside.Exit();
        Assert.True(waiting.TryEnter(waitMs: 100));
        waiting.Exit();
    }

    [Fact]
    public void It_is_closed_to_all_only_while_no_instance_has_it_open()
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
