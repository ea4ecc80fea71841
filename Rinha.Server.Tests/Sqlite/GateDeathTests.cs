namespace Rinha.Server.Tests.Sqlite;

/// <summary>
/// Instances that die inside the gate or in front of it, and a damaged file. A dead instance is a number in the words
/// whose byte no process has locked, so a test can write it there.
/// </summary>
[Collection(RunsAlone.Name)]
public sealed class GateDeathTests : FileTest
{
    [Fact]
    public void Of_many_that_notice_a_death_one_at_a_time_gets_in()
    {
        using var first = new Gate(FilePath);
        // Each tenth time a number that no instance has stays behind, as after a death.
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
    public void A_new_instance_with_a_dead_ones_number_sets_its_words_right()
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
    public void A_new_instance_beside_a_live_one_inside_takes_nothing_from_it()
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
    public void A_number_that_no_instance_can_have_is_removed(int garbage)
    {
        using var gate = new Gate(FilePath);
        ForgedGate.Write(FilePath, garbage, garbage, garbage, garbage, garbage);

        AssertEnters(gate);
        gate.Exit();

        AssertTakesTurns();
    }

    [Fact]
    public void The_waiters_own_number_that_it_did_not_write_is_removed()
    {
        using var gate = new Gate(FilePath);
        gate.Enter();
        var own = ForgedGate.Holder(FilePath);
        gate.Exit();
        ForgedGate.Write(FilePath, own);

        gate.Enter();
        gate.Exit();

        AssertTakesTurns();
        // It has not lost its own byte over this: a second one gets another number.
        using var other = new Gate(FilePath);
        other.Enter();
        Assert.NotEqual(own, ForgedGate.Holder(FilePath));
        other.Exit();
    }

    [Fact]
    public void An_instance_that_lost_its_turn_to_damage_does_not_end_anothers()
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
    public void A_dead_asker_is_left_the_turn_only_so_often()
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
        Assert.True(gate.TryEnter()); // And only once.
    }

    [Fact]
    public void A_dead_one_that_starved_is_left_the_turn_only_so_long()
    {
        using var gate = new Gate(FilePath);
        ForgedGate.Write(FilePath, holder: 0, starving: 1 << 30, last: 3);

        Assert.False(gate.TryEnter());
        Wait.Until(gate.TryEnter, "the turn is kept no longer");

        gate.Exit();
        Assert.Equal(0, ForgedGate.Starving(FilePath));
        Assert.True(gate.TryEnter());
    }

    [Theory]
    [InlineData(1 << 30, 0)]
    [InlineData(0, 1 << 30)]
    public void A_dead_asker_delays_a_waiter_only_so_long(int asking, int starving)
    {
        using var gate = new Gate(FilePath);
        ForgedGate.Write(FilePath, holder: 0, sleeping: 1 << 30, asking, starving, last: 1);

        AssertEnters(gate);

        Assert.Equal(0, ForgedGate.Asking(FilePath));
        Assert.Equal(0, ForgedGate.Starving(FilePath));
        gate.Exit();
    }

    private static void AssertEnters(Gate gate) => Assert.True(gate.TryEnter((long)Wait.Timeout.TotalMilliseconds));

    private void AssertTakesTurns() => AssertTakesTurns(gates: 2, (gate, _) => gate.Exit());

    private void AssertTakesTurns(int gates, Action<Gate, int> leave)
    {
        var inside = 0;
        Together.Run(gates, _ =>
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
