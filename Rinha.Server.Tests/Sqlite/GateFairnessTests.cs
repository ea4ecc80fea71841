namespace Rinha.Server.Tests.Sqlite;

[Collection(RunsAlone.Name)]
public sealed class GateFairnessTests : FileTest
{
    private const int TurnsEach = 1000;

    [Theory]
    [InlineData(2, 0)]
    [InlineData(0, 2)]
    [InlineData(1, 1)]
    [InlineData(1, 2)]
    public void Each_instance_gets_in_while_the_others_reenter_at_once(int waiting, int trying)
    {
        var contenders = waiting + trying;
        var isBroken = false;
        ParallelThreads.Run(waiting + trying, index =>
        {
            using var gate = new Gate(FilePath);
            try
            {
                for (var turn = 1; turn <= TurnsEach || Volatile.Read(ref contenders) > 0; turn++)
                {
                    if (index < waiting)
                    {
                        Assert.True(gate.TryEnterWithin(Wait.TimeoutMs), $"kept out in turn {turn}");
                    }
                    else
                    {
                        TryUntilInside(gate);
                    }

                    SpinForTransaction();
                    gate.Exit();
                    if (turn == TurnsEach)
                    {
                        Interlocked.Decrement(ref contenders);
                    }

                    Assert.False(Volatile.Read(ref isBroken));
                }
            }
            catch
            {
                Volatile.Write(ref isBroken, true);
                throw;
            }
        });
    }

    [Fact]
    public unsafe void Leaving_the_gate_wakes_a_sleeper()
    {
        using var gate = new Gate(FilePath);
        using var file = new GateFile(FilePath + "-gate", FilePath);
        var words = file.Words;
        gate.Enter();
        var isWoken = false;
        using var ready = new ManualResetEventSlim();
        // Unlike a gate, the sleeper never checks whether the holder is dead.
        var sleeper = new Thread(() =>
        {
            var holder = words->Holder;
            Interlocked.Or(ref words->Sleeping, 1 << 30);
            ready.Set();
            isWoken = Futex.Wait(ref words->Holder, holder, (int)Wait.Timeout.TotalMilliseconds);
        });
        sleeper.Start();
        ready.Wait(TestContext.Current.CancellationToken);
        Thread.Sleep(100); // If it is not asleep by then, the changed word ends its wait.
        gate.Exit();

        sleeper.Join();
        Assert.True(isWoken);
    }

    // Like the event loop.
    private static void TryUntilInside(Gate gate)
    {
        var began = Stopwatch.GetTimestamp();
        while (!gate.TryEnter())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Wait.Timeout, "kept out");
            Thread.Yield();
        }
    }

    // About as long as a small transaction.
    private static void SpinForTransaction()
    {
        var entered = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(entered).TotalMicroseconds < 100)
        {
            Thread.SpinWait(10);
        }
    }
}
