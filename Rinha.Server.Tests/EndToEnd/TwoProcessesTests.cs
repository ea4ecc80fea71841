namespace Rinha.Server.Tests.EndToEnd;

public sealed class TwoProcessesTests : ServerTest
{
    private readonly ServerProcess[] _servers;

    public TwoProcessesTests() => _servers = [Start(0), Start(1)];

    [Fact]
    public void When_one_is_killed_under_load_the_other_goes_on_and_the_books_balance()
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
    public void A_frozen_process_with_the_lock_in_its_hand_costs_the_other_its_writes_and_nothing_else()
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
    public void A_process_can_be_stopped_while_another_one_sits_on_the_lock()
    {
        using var load = new PostLoad(_servers[0].Connect, threads: 8, prefix: "f");
        load.AwaitAnswered(100);
        using var blocked = FreezeInside();
        try
        {
            Assert.Equal(0, _servers[1].End().Code);
        }
        finally
        {
            _servers[0].Thaw();
        }
    }

    protected override void CleanUp() => Array.ForEach(_servers, server => server.Dispose());

    // Freezes one process again and again until it is caught where the other can read and cannot write; gives the
    // waiting post. Now and then it is caught changing what reads begin with: see HalfChangedIndex.
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
            Thread.Sleep(1); // Frozen again at once it would still be where it was.
        }

        throw new InvalidOperationException("the process was never caught inside");
    }

    private ServerProcess Start(int number) => ServerProcess.Start(Ledger, InDirectory($"api{number}.sock"));
}
