using Rinha.Server.Tests.Sqlite;

namespace Rinha.Server.Tests.EndToEnd;

/// <summary>The published server and this process at the same gate.</summary>
[Collection(RunsAlone.Name)]
public sealed class GateBetweenProcessesTests : IDisposable
{
    private const int WhileMs = 15 * Limits.GateDeathCheckMs;

    private static readonly byte[] s_post = RawRequest.Post("/clientes/3/transacoes", RawRequest.Body);

    private readonly TemporaryDirectory _directory = new();
    private readonly List<ServerProcess> _servers = [];

    private string FilePath => _directory.File("rinha.db");

    [Fact]
    public void While_one_is_inside_the_others_commit_nothing_and_afterwards_all()
    {
        using var first = new PostLoad(Start().Connect, threads: 3, prefix: "a");
        using var second = new PostLoad(Start().Connect, threads: 3, prefix: "b");
        using var database = Database.Open(FilePath);
        using var gate = new Gate(FilePath);

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
        Assert.Equal(0, ForgedGate.Holder(FilePath));
    }

    [Fact]
    public void Who_is_killed_inside_does_not_keep_the_others_out()
    {
        using var gate = new Gate(FilePath);
        for (var round = 0; round < 3; round++)
        {
            var server = Start();
            using var locked = LockedDatabase.Of(FilePath);
            using var connection = PostThatStaysInside(server);
            Assert.False(gate.TryEnter());

            server.Kill();

            Assert.True(gate.TryEnter((long)Wait.Timeout.TotalMilliseconds), "the dead one keeps the others out");
            gate.Exit();
        }
    }

    [Fact]
    public void Who_is_killed_inside_is_replaced_by_its_successor()
    {
        var server = Start();
        using (LockedDatabase.Of(FilePath))
        {
            using var connection = PostThatStaysInside(server);
            server.Kill();
        }

        using var again = Start().Connect();

        again.Exchange(s_post).AssertOk();
    }

    [Fact]
    public void Who_is_stopped_inside_is_waited_for()
    {
        var server = Start();
        using var entered = new ManualResetEventSlim();
        using var gate = new Gate(FilePath);
        var waiter = new Thread(() =>
        {
            gate.Enter();
            entered.Set();
            gate.Exit();
        });
        RawConnection connection;
        using (LockedDatabase.Of(FilePath))
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

    [Fact]
    public void A_server_waits_for_who_is_inside_and_answers_when_that_one_leaves()
    {
        using var connection = Start().Connect();
        using var gate = new Gate(FilePath);
        for (var round = 0; round < 20; round++)
        {
            gate.Enter();
            connection.Send(s_post);
            Wait.Until(() => ForgedGate.Sleeping(FilePath) != 0, "the server's writer sleeps");
            Assert.False(connection.HasMore());
            gate.Exit();
            connection.Receive().AssertOk();
        }
    }

    [Fact]
    public void Servers_that_are_killed_and_started_again_and_again_do_not_use_up_the_numbers()
    {
        using var survivor = new PostLoad(Start().Connect, threads: 2, prefix: "s");
        for (var round = 0; round < 15; round++)
        {
            Start().Kill();
        }

        survivor.AwaitAnswered(50);
        using var gate = new Gate(FilePath);
        gate.Enter();
        Assert.InRange(ForgedGate.Holder(FilePath), 1, 6);
        gate.Exit();
    }

    public void Dispose()
    {
        _servers.ForEach(server => server.Dispose());
        _directory.Dispose();
    }

    private ServerProcess Start()
    {
        var server = ServerProcess.Start(FilePath, _directory.File($"api{_servers.Count}.sock"));
        _servers.Add(server);
        return server;
    }

    // While another program has SQLite's lock, the writer waits for it, up to five seconds, inside the gate.
    private RawConnection PostThatStaysInside(ServerProcess server)
    {
        var connection = server.Connect();
        connection.Send(s_post);
        var since = Stopwatch.StartNew();
        // The loop is inside for a moment too, finds the database locked, and leaves it to the writer.
        Wait.Until(
            () =>
            {
                if (ForgedGate.Holder(FilePath) == 0)
                {
                    since.Restart();
                }

                return since.ElapsedMilliseconds >= 50;
            },
            "the server's writer is inside");
        return connection;
    }
}
