using System.Diagnostics;
using Rinha.Server.Sqlite;
using Rinha.Server.Tests.Fixtures;

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
    public void Two_that_come_straight_back_get_in_equally_often()
    {
        var turns = new long[2];
        var clock = Stopwatch.StartNew();

        Together.Run(2, index =>
        {
            using var gate = new Gate(FilePath);
            while (clock.ElapsedMilliseconds < 1000)
            {
                gate.Enter();
                turns[index]++;
                // As long as a small transaction takes.
                var entered = Stopwatch.GetTimestamp();
                while (Stopwatch.GetElapsedTime(entered).TotalMicroseconds < 100)
                {
                    Thread.SpinWait(10);
                }

                gate.Exit();
            }
        });

        Assert.True(turns.Min() >= 0.4 * turns.Sum(), $"{turns[0]} turns against {turns[1]}");
        Assert.True(turns.Sum() > 1000, $"only {turns.Sum()} turns in a second");
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

        Assert.True(entered.Wait(Wait.Long, TestContext.Current.CancellationToken));
        Assert.True(second.Join(Wait.Long));
    }

    [Fact]
    public void Who_is_disposed_inside_lets_the_next_one_in()
    {
        using var entered = new ManualResetEventSlim();
        var first = new Gate(FilePath);
        first.Enter();
        var second = Start(entered);

        first.Dispose();

        Assert.True(entered.Wait(Wait.Long, TestContext.Current.CancellationToken));
        Assert.True(second.Join(Wait.Long));
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
