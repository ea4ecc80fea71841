using Rinha.Server.Tests.Sqlite;

namespace Rinha.Server.Tests.EndToEnd;

public sealed class TwoProcessesTests : ServerTest
{
    private readonly ServerProcess[] _servers;

    public TwoProcessesTests() => _servers = [Start(0), Start(1)];

    [Fact]
    public void When_one_process_is_killed_under_load_the_other_keeps_serving_and_the_books_balance()
    {
        using var survivors = new PostLoad(_servers[1].Connect, threads: 4, prefix: "s");
        for (var round = 0; round < 5; round++)
        {
            using var victims = new PostLoad(_servers[0].Connect, threads: 4, prefix: $"v{round}");
            victims.AwaitAnswered(300);

            _servers[0].Kill();
            survivors.AwaitAnswered(300);
            victims.Stop();

            victims.AssertKept(Ledger);
            LedgerRows.AssertBalanced(Ledger);
            _servers[0].Dispose();
            _servers[0] = Start(0);
        }

        survivors.Stop();
        Assert.Equal(0, survivors.Refused);
        survivors.AssertKept(Ledger);
        LedgerRows.AssertBalanced(Ledger);
    }

    [Fact]
    public async Task While_one_resets_a_long_history_the_other_answers()
    {
        ResetTests.Grow(Ledger, 300_000);
        using var other = _servers[1].Connect();
        var reset = Task.Run(_servers[0].Reset, TestContext.Current.CancellationToken);
        do
        {
            other.Exchange(RawRequest.Get("/clientes/1/extrato")).AssertOk();
            var post = other.Exchange(RawRequest.Credit);
            Assert.True(post.Status == 200 || post.AssertProblem(503).Header("Retry-After") == "1");
        }
        while (!reset.IsCompleted);

        await reset;
        other.Exchange(RawRequest.Credit).AssertOk();
        LedgerRows.AssertBalanced(Ledger);
    }

    [Fact]
    public void A_process_frozen_with_the_lock_blocks_only_the_others_writes()
    {
        using var load = new PostLoad(_servers[0].Connect, threads: 8, prefix: "f");
        load.AwaitAnswered(100);
        using (var blocked = FreezeInside())
        {
            try
            {
                var waited = Stopwatch.StartNew();
                using var reading = _servers[1].Connect();
                while (!blocked.HasMore())
                {
                    reading.Exchange(RawRequest.Get("/clientes/1/extrato")).AssertOk();
                    Assert.True(waited.Elapsed < Wait.Timeout, "no answer");
                }

                Assert.Equal("1", blocked.Receive().AssertProblem(503, "ledger-locked").Header("Retry-After"));
            }
            finally
            {
                _servers[0].Thaw();
            }
        }

        load.AwaitAnswered(100);
        load.Stop();
        load.AssertKept(Ledger);
        LedgerRows.AssertBalanced(Ledger);
    }

    [Fact]
    public void A_process_can_be_stopped_while_another_one_holds_the_lock()
    {
        using var load = new PostLoad(_servers[0].Connect, threads: 8, prefix: "f");
        load.AwaitAnswered(100);
        using var blocked = FreezeInside();
        try
        {
            Assert.Equal(0, _servers[1].Stop().Code);
        }
        finally
        {
            _servers[0].Thaw();
        }
    }

    protected override void CleanUp() => Array.ForEach(_servers, server => server.Dispose());

    // Freezes one process repeatedly until the other can read but not write, and returns the waiting post. A process
    // frozen while it changes the WAL index blocks reads too (HalfChangedIndex); that attempt does not count.
    private RawConnection FreezeInside()
    {
        for (var attempt = 0; attempt < 2000; attempt++)
        {
            _servers[0].Freeze();
            if (ForgedGate.Holder(Ledger) != 0)
            {
                using var read = _servers[1].Connect();
                read.Send(RawRequest.Get("/clientes/1/extrato"));
                if (SpinWait.SpinUntil(read.HasMore, 250))
                {
                    var post = _servers[1].Connect();
                    post.Send(RawRequest.Credit);
                    return post;
                }
            }

            _servers[0].Thaw();
            Thread.Sleep(1); // Let it move on before the next attempt.
        }

        throw new InvalidOperationException("the process was never caught inside");
    }

    private ServerProcess Start(int number) =>
        ServerProcess.Start(Ledger, InDirectory($"api{number}.sock"), ("RINHA_ENABLE_RESET", "true"));
}
