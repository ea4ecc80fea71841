using System.Diagnostics;
using Rinha.Server.Sqlite;
using Rinha.Server.Tests.Fixtures;

namespace Rinha.Server.Tests.Sqlite;

/// <summary>Who gets in when, and how soon, while others want to.</summary>
[Collection(RunsAlone.Name)]
public sealed class GateFairnessTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string FilePath => _directory.File("rinha.db");

    [Fact]
    public void Two_that_wait_get_in_equally_often() =>
        AssertEqual(TakeTurns([gate => gate.Enter(), gate => gate.Enter()]));

    [Fact]
    public void Two_that_only_try_get_in_equally_often() => AssertEqual(TakeTurns([TryUntilInside, TryUntilInside]));

    [Fact]
    public void Who_waits_gets_in_beside_one_that_only_tries()
    {
        var turns = TakeTurns([TryUntilInside, gate => gate.Enter()]);

        Assert.True(turns[1].Count >= 0.05 * turns.Sum(turn => turn.Count), Describe(turns));
    }

    [Fact]
    public void Who_waits_gets_in_beside_two_that_only_try()
    {
        var turns = TakeTurns([TryUntilInside, TryUntilInside, gate => gate.Enter()]);

        Assert.True(turns[2].Count >= 0.05 * turns.Sum(turn => turn.Count), Describe(turns));
    }

    [Fact]
    public void Who_waits_is_woken_and_does_not_wait_for_the_death_check()
    {
        const int rounds = 100;
        using var first = new Gate(FilePath);
        using var inside = new SemaphoreSlim(0);
        var left = 0L;
        var latenciesMs = new double[rounds];
        using var next = new SemaphoreSlim(0);
        var waiter = new Thread(() =>
        {
            using var second = new Gate(FilePath);
            for (var round = 0; round < rounds; round++)
            {
                next.Wait();
                second.Enter();
                latenciesMs[round] = Stopwatch.GetElapsedTime(Volatile.Read(ref left)).TotalMilliseconds;
                second.Exit();
                inside.Release();
            }
        });
        waiter.Start();
        for (var round = 0; round < rounds; round++)
        {
            first.Enter();
            next.Release();
            Wait.Until(() => ForgedGate.Sleeping(FilePath) != 0, "the second sleeps");
            Thread.Sleep(1);
            Volatile.Write(ref left, Stopwatch.GetTimestamp());
            first.Exit();
            Assert.True(inside.Wait(Wait.Long, TestContext.Current.CancellationToken));
        }

        Assert.True(waiter.Join(Wait.Long));
        // Unwoken it would sleep on, half of the time for more than half of that.
        Array.Sort(latenciesMs);
        Assert.InRange(latenciesMs[rounds * 9 / 10], 0, Limits.GateDeathCheckMs / 4);
    }

    public void Dispose() => _directory.Dispose();

    // As the event loop does it.
    private static void TryUntilInside(Gate gate)
    {
        while (!gate.TryEnter())
        {
            Thread.Yield();
        }
    }

    private static void AssertEqual(Turns[] turns)
    {
        Assert.True(turns.Min(turn => turn.Count) >= 0.4 * turns.Sum(turn => turn.Count), Describe(turns));
        Assert.True(turns.Sum(turn => turn.Count) > 1000, Describe(turns));
    }

    private static string Describe(Turns[] turns) => string.Join(", ", turns.Select(
        turn => $"{turn.Count} turns, waited {turn.LongestWaitMs:F1} ms at most"));

    // Each comes straight back for a second; a turn takes as long as a small transaction.
    private Turns[] TakeTurns(Action<Gate>[] enter)
    {
        var turns = new Turns[enter.Length];
        var clock = Stopwatch.StartNew();
        Together.Run(enter.Length, index =>
        {
            using var gate = new Gate(FilePath);
            while (clock.ElapsedMilliseconds < 1000)
            {
                var came = Stopwatch.GetTimestamp();
                enter[index](gate);
                var entered = Stopwatch.GetTimestamp();
                turns[index].Count++;
                turns[index].LongestWaitMs = Math.Max(
                    turns[index].LongestWaitMs, Stopwatch.GetElapsedTime(came, entered).TotalMilliseconds);
                while (Stopwatch.GetElapsedTime(entered).TotalMicroseconds < 100)
                {
                    Thread.SpinWait(10);
                }

                gate.Exit();
            }
        });
        TestContext.Current.TestOutputHelper?.WriteLine(Describe(turns));
        return turns;
    }

    private struct Turns
    {
        public long Count;
        public double LongestWaitMs;
    }
}
