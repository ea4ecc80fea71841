namespace Rinha.Server.Tests.EndToEnd;

// The published server and this process at the same gate.
[Collection(RunsAlone.Name)]
public sealed class GateBetweenProcessesTests : ServerTest
{
    private const int HeldMs = 15 * Limits.GateDeathCheckMs;

    private readonly List<ServerProcess> _servers = [];

    [Fact]
    public void While_one_process_is_inside_the_others_commit_nothing()
    {
        using var first = new PostLoad(Start().Connect, threads: 3, prefix: "a");
        using var second = new PostLoad(Start().Connect, threads: 3, prefix: "b");
        using var database = Database.Open(Ledger);
        using var gate = new Gate(Ledger);

        for (var turn = 0; turn < 30; turn++)
        {
            first.AwaitAnswered(20);
            second.AwaitAnswered(20);
            gate.Enter();
            // data_version changes with every commit of another connection.
            var before = database.QueryInt64("PRAGMA data_version");
            Thread.Sleep(10);
            Assert.Equal(before, database.QueryInt64("PRAGMA data_version"));
            gate.Exit();
        }

        first.Stop();
        second.Stop();
        first.AssertKept(Ledger);
        second.AssertKept(Ledger);
        // A checkpointer may still be inside.
        Wait.Until(() => ForgedGate.Holder(Ledger) == 0, "the gate is free");
    }

    [Fact]
    public void A_lone_post_that_finds_the_gate_taken_is_committed_when_it_is_free()
    {
        using var connection = Start().Connect();
        using var gate = new Gate(Ledger);
        gate.Enter();

        // The event loop tries for a while, and then leaves the post to the writer, which sleeps at the gate.
        connection.Send(RawRequest.Credit);
        Wait.Until(() => ForgedGate.Sleeping(Ledger) != 0, "the writer waits");
        gate.Exit();

        connection.Receive().AssertOk();
    }

    [Fact]
    public void A_process_killed_inside_does_not_keep_the_others_out()
    {
        using var gate = new Gate(Ledger);
        for (var round = 0; round < 3; round++)
        {
            var server = Start();
            using var locked = LedgerRows.Lock(Ledger);
            using var connection = PostThatStaysInside(server);
            Assert.False(gate.TryEnter());

            server.Kill();

            Assert.True(gate.TryEnterWithin(Wait.TimeoutMs), "the dead process keeps the others out");
            gate.Exit();
        }
    }

    [Fact]
    public void The_others_wait_for_a_process_that_is_stopped_inside()
    {
        var server = Start();
        using var entered = new ManualResetEventSlim();
        using var gate = new Gate(Ledger);
        var waiter = new Thread(() =>
        {
            gate.Enter();
            entered.Set();
            gate.Exit();
        });
        RawConnection connection;
        using (LedgerRows.Lock(Ledger))
        {
            connection = PostThatStaysInside(server);
            server.Freeze();
            waiter.Start();
        }

        Assert.False(entered.Wait(HeldMs, TestContext.Current.CancellationToken));
        server.Thaw();

        Assert.True(entered.Wait(Wait.Timeout, TestContext.Current.CancellationToken));
        Assert.True(waiter.Join(Wait.Timeout));
        using (connection)
        {
            connection.Receive().AssertOk();
        }
    }

    protected override void CleanUp() => _servers.ForEach(server => server.Dispose());

    private ServerProcess Start()
    {
        var server = ServerProcess.Start(Ledger, InDirectory($"api{_servers.Count}.sock"));
        _servers.Add(server);
        return server;
    }

    // While another program holds SQLite's lock, the writer waits for it inside the gate, up to five seconds.
    private RawConnection PostThatStaysInside(ServerProcess server)
    {
        var connection = server.Connect();
        connection.Send(RawRequest.Credit);
        Wait.Until(() => ForgedGate.Holder(Ledger) != 0, "the server is inside");
        // That may have been the event loop, which finds the database locked and hands over to the writer. It is
        // outside again once it answers.
        server.Get("/health/live").AssertOk();
        Wait.Until(() => ForgedGate.Holder(Ledger) != 0, "the server's writer is inside");
        return connection;
    }
}
