namespace Rinha.Server.Tests.EndToEnd;

/// <summary>The published server and this process at the same gate.</summary>
[Collection(RunsAlone.Name)]
public sealed class GateBetweenProcessesTests : ServerTest
{
    private const int WhileMs = 15 * Limits.GateDeathCheckMs;

    private readonly List<ServerProcess> _servers = [];

    [Fact]
    public void While_one_is_inside_the_others_commit_nothing_and_afterwards_all()
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
            // It changes with every commit of another connection.
            var before = database.QueryInt64("PRAGMA data_version");
            Thread.Sleep(10);
            Assert.Equal(before, database.QueryInt64("PRAGMA data_version"));
            gate.Exit();
        }

        first.Stop();
        second.Stop();
        Assert.Equal(0, first.Refused + second.Refused);
        Assert.Equal(0, ForgedGate.Holder(Ledger));
    }

    [Fact]
    public void A_server_killed_inside_does_not_keep_the_others_out()
    {
        using var gate = new Gate(Ledger);
        for (var round = 0; round < 3; round++)
        {
            var server = Start();
            using var locked = LedgerRows.Lock(Ledger);
            using var connection = PostThatStaysInside(server);
            Assert.False(gate.TryEnter());

            server.Kill();

            Assert.True(gate.TryEnter((long)Wait.Timeout.TotalMilliseconds), "the dead one keeps the others out");
            gate.Exit();
        }
    }

    [Fact]
    public void A_server_stopped_inside_is_waited_for()
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

        Assert.False(entered.Wait(WhileMs, TestContext.Current.CancellationToken));
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

    // While another program has SQLite's lock, the writer waits for it, up to five seconds, inside the gate.
    private RawConnection PostThatStaysInside(ServerProcess server)
    {
        var connection = server.Connect();
        connection.Send(RawRequest.Credit);
        var since = Stopwatch.StartNew();
        // The loop is inside for a moment too, finds the database locked, and hands over to the writer.
        Wait.Until(
            () =>
            {
                if (ForgedGate.Holder(Ledger) == 0)
                {
                    since.Restart();
                }

                return since.ElapsedMilliseconds >= 50;
            },
            "the server's writer is inside");
        return connection;
    }
}
