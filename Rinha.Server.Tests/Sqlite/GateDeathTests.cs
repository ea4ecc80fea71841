namespace Rinha.Server.Tests.Sqlite;

// Instances that die inside the gate or while they wait, and a damaged file. An instance is dead if its number is in
// the words while its byte is not locked, so a test can forge one.
[Collection(RunsAlone.Name)]
public sealed class GateDeathTests : FileTest
{
    [Fact]
    public void Waiters_that_notice_a_death_still_enter_one_at_a_time()
    {
        using var first = new Gate(FilePath);
        // Every tenth turn ends like a death: the word keeps the number of an instance that does not exist.
        AssertTakesTurns(gates: 4, (gate, turn) =>
        {
            if (turn % 10 == 0)
            {
                ForgedGate.Write(FilePath, holder: 20 + (turn % 50 / 10));
            }
            else
            {
                gate.Exit();
            }
        });

        Assert.Equal(0, ForgedGate.Holder(FilePath));
    }

    [Fact]
    public void A_new_gate_clears_the_words_of_a_dead_one_with_its_number()
    {
        ForgedGate.Write(FilePath, holder: 1, sleeping: 1 << 1, asking: 1 << 1, starving: 1 << 1, last: 1);

        using var gate = new Gate(FilePath);

        Assert.Equal(0, ForgedGate.Holder(FilePath));
        Assert.Equal(0, ForgedGate.Sleeping(FilePath));
        Assert.Equal(0, ForgedGate.Asking(FilePath));
        Assert.Equal(0, ForgedGate.Starving(FilePath));
        Assert.True(gate.TryEnter());
    }

    [Fact]
    public void A_new_instance_does_not_disturb_the_live_holder()
    {
        using var holder = new Gate(FilePath);
        holder.Enter();

        using var other = new Gate(FilePath);

        Assert.False(other.TryEnter());
        Assert.NotEqual(0, ForgedGate.Holder(FilePath));
        other.Dispose();
        Assert.NotEqual(0, ForgedGate.Holder(FilePath));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(32)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    [InlineData(0x656D6F73)]
    public void An_impossible_holder_is_treated_as_none(int garbage)
    {
        using var gate = new Gate(FilePath);
        ForgedGate.Write(FilePath, garbage, garbage, garbage, garbage, garbage);

        AssertEnters(gate);
        gate.Exit();

        AssertTakesTurns();
    }

    [Fact]
    public void The_waiters_own_number_that_it_did_not_write_is_treated_as_none()
    {
        using var gate = new Gate(FilePath);
        gate.Enter();
        var own = ForgedGate.Holder(FilePath);
        gate.Exit();
        ForgedGate.Write(FilePath, own);

        gate.Enter();
        gate.Exit();

        AssertTakesTurns();
        // It still has its byte locked: a second instance gets another number.
        using var other = new Gate(FilePath);
        other.Enter();
        Assert.NotEqual(own, ForgedGate.Holder(FilePath));
        other.Exit();
    }

    [Fact]
    public void A_holder_that_lost_its_turn_to_damage_does_not_end_anothers_turn()
    {
        using var gate = new Gate(FilePath);
        gate.Enter();
        ForgedGate.Write(FilePath, holder: 9);

        gate.Exit();

        Assert.Equal(9, ForgedGate.Holder(FilePath));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(5000)]
    public void A_file_of_any_length_becomes_the_gate(int length)
    {
        var bytes = new byte[length];
        Array.Fill(bytes, (byte)0xAB);
        File.WriteAllBytes(FilePath + "-gate", bytes);

        AssertTakesTurns();

        Assert.InRange(new FileInfo(FilePath + "-gate").Length, 4096, 5000);
    }

    [Fact]
    public void A_dead_asker_gets_precedence_a_bounded_number_of_times()
    {
        using var gate = new Gate(FilePath);
        Assert.True(gate.TryEnter());
        gate.Exit();
        ForgedGate.Write(FilePath, holder: 0, asking: 1 << 30, last: 1);

        var tries = 1;
        while (!gate.TryEnter())
        {
            tries++;
        }

        gate.Exit();
        Assert.Equal(Limits.GateDeferralsMax + 1, tries);
        Assert.Equal(0, ForgedGate.Asking(FilePath));
        Assert.True(gate.TryEnter()); // It does not give way again.
    }

    [Fact]
    public void A_dead_starving_instance_gets_precedence_only_briefly()
    {
        using var gate = new Gate(FilePath);
        ForgedGate.Write(FilePath, holder: 0, starving: 1 << 30, last: 3);

        Assert.False(gate.TryEnter());
        Wait.Until(gate.TryEnter, "the turn is released");

        gate.Exit();
        Assert.Equal(0, ForgedGate.Starving(FilePath));
        Assert.True(gate.TryEnter());
    }

    [Theory]
    [InlineData(1 << 30, 0)]
    [InlineData(0, 1 << 30)]
    public void A_dead_asker_delays_a_waiter_only_briefly(int asking, int starving)
    {
        using var gate = new Gate(FilePath);
        ForgedGate.Write(FilePath, holder: 0, sleeping: 1 << 30, asking, starving, last: 1);

        AssertEnters(gate);

        Assert.Equal(0, ForgedGate.Asking(FilePath));
        Assert.Equal(0, ForgedGate.Starving(FilePath));
        gate.Exit();
    }

    private static void AssertEnters(Gate gate) => Assert.True(gate.TryEnterWithin(Wait.TimeoutMs));

    private void AssertTakesTurns() => AssertTakesTurns(gates: 2, (gate, _) => gate.Exit());

    private void AssertTakesTurns(int gates, Action<Gate, int> leave)
    {
        var inside = 0;
        ParallelThreads.Run(gates, _ =>
        {
            using var gate = new Gate(FilePath);
            for (var turn = 0; turn < 100; turn++)
            {
                gate.Enter();
                Assert.Equal(1, Interlocked.Increment(ref inside));
                Assert.Equal(0, Interlocked.Decrement(ref inside));
                leave(gate, turn);
            }
        });
    }
}
