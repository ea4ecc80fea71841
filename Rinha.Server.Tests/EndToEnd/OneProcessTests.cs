namespace Rinha.Server.Tests.EndToEnd;

/// <summary>The life of one process: start, stop, crash, start again.</summary>
public sealed class OneProcessTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Database => _directory.File("rinha.db");

    private string Socket => _directory.File("api.sock");

    [Fact]
    public void A_polite_stop_ends_it_with_0_and_takes_the_socket_away()
    {
        using var server = Start();
        using var idle = server.Connect();
        idle.Exchange(RawRequest.Get("/health")).AssertOk();

        var exit = server.End();

        Assert.Equal(0, exit.Code);
        Assert.Empty(exit.Error);
        Assert.False(File.Exists(Socket));
        Assert.True(idle.IsEnded());
    }

    [Fact]
    public void What_was_answered_before_a_polite_stop_is_kept()
    {
        using var server = Start();
        using var load = new PostLoad(server.Connect, threads: 4, prefix: "a");
        load.AwaitAnswered(500);

        Assert.Equal(0, server.End().Code);
        load.Stop();

        load.AssertKept(Database);
        LedgerRows.AssertBalanced(Database);
        Assert.False(File.Exists(Database + "-wal"));
    }

    [Fact]
    public void What_was_answered_before_a_crash_is_kept()
    {
        for (var round = 0; round < 5; round++)
        {
            using var server = Start();
            using var load = new PostLoad(server.Connect, threads: 4, prefix: $"{round}");
            load.AwaitAnswered(300);

            server.Kill();
            load.Stop();

            load.AssertKept(Database);
            LedgerRows.AssertBalanced(Database);
        }
    }

    [Fact]
    public void The_socket_of_a_crashed_process_does_not_stop_the_next()
    {
        using (var first = Start())
        {
            Post(first, "before");
            first.Kill();
        }

        Assert.True(File.Exists(Socket));
        using var second = Start();
        Post(second, "after");

        using var connection = second.Connect();
        var statement = connection.Exchange(RawRequest.Get("/clientes/1/extrato")).AssertOk().Json;
        Assert.Equal(["after", "before"], statement.Descriptions());
    }

    [Fact]
    public void The_socket_of_a_running_process_is_left_to_it()
    {
        using var first = Start();

        var exit = ServerProcess.Run([], ("DATABASE_URL", _directory.File("other.db")), ("API_SOCKET", Socket));

        Assert.Equal(2, exit.Code);
        Post(first, "still here");
    }

    [Fact]
    public void The_socket_has_the_mode_it_was_given()
    {
        using var server = ServerProcess.Start(Database, Socket, ("API_SOCKET_MODE", "606"));

        Assert.Equal("606", Convert.ToString((int)File.GetUnixFileMode(Socket), 8));
    }

    [Fact]
    public void It_also_listens_on_a_TCP_port_and_only_there()
    {
        var endPoint = FreePort.Next();
        using var server = ServerProcess.StartOn(endPoint, Database);
        using var connection = new RawConnection(endPoint);

        connection.Exchange(RawRequest.Get("/clientes/1/extrato")).AssertOk();

        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Assert.Throws<SocketException>(() => other.Connect(IPAddress.Parse("127.0.0.2"), endPoint.Port));
    }

    [Fact]
    public void Reset_is_off_unless_it_is_asked_for()
    {
        using var server = Start();
        using var connection = server.Connect();

        connection.Exchange(RawRequest.Post("/reset", "")).AssertProblem(404);
    }

    [Fact]
    public void Full_synchronous_works_as_well()
    {
        using var server = ServerProcess.Start(Database, Socket, ("RINHA_SYNCHRONOUS", "FULL"));
        for (var round = 0; round < 20; round++)
        {
            Post(server, "full");
        }

        server.Kill();
        LedgerRows.AssertBalanced(Database);
        Assert.Equal(20, LedgerRows.Query(Database, "SELECT count(*) FROM transacoes"));
    }

    [Fact]
    public void A_lock_held_for_too_long_is_503_and_statements_go_on()
    {
        using var server = Start();
        Post(server, "before");
        using (var other = Sqlite.LockedDatabase.Of(Database))
        {
            using var blocked = server.Connect();
            var waited = Stopwatch.StartNew();
            blocked.Send(RawRequest.Post("/clientes/1/transacoes", RawRequest.Body));
            using var reading = server.Connect();
            while (!blocked.HasMore())
            {
                var statement = reading.Exchange(RawRequest.Get("/clientes/1/extrato")).AssertOk().Json;
                Assert.Equal(["before"], statement.Descriptions());
                if (waited.ElapsedMilliseconds < Limits.BusyTimeoutMs / 2)
                {
                    reading.Exchange(RawRequest.Get("/health")).AssertOk();
                }

                Assert.True(waited.Elapsed < Wait.Timeout, "no 503");
            }

            Assert.Equal("1", blocked.Receive().AssertProblem(503).Header("Retry-After"));
            Assert.True(waited.ElapsedMilliseconds >= Limits.BusyTimeoutMs - 50, "refused before the timeout");
        }

        Post(server, "after");
        Assert.Equal(2, LedgerRows.Query(Database, "SELECT count(*) FROM transacoes"));
    }

    [Fact]
    public async Task A_process_that_dies_with_the_lock_in_its_hand_leaves_it_to_the_others()
    {
        using var server = Start();
        using var ledger = LedgerExtensions.OpenLedger(Database);
        using var load = new PostLoad(server.Connect, threads: 8, prefix: "x");
        load.AwaitAnswered(100);

        var post = FreezeInside(server, ledger);
        Assert.False(post.IsCompleted);
        server.Kill();

        var outcome = await post.WaitAsync(Wait.Timeout, TestContext.Current.CancellationToken);
        Assert.Equal(PostResult.Accepted, outcome.Result);
        Assert.Equal(PostResult.Accepted, ledger.Credit(1, 1).Result);
        load.Stop();
        load.AssertKept(Database);
        LedgerRows.AssertBalanced(Database);
    }

    public void Dispose() => _directory.Dispose();

    private static void Post(ServerProcess server, string description)
    {
        using var connection = server.Connect();
        connection.Exchange(RawRequest.Post(
            "/clientes/1/transacoes", BankExtensions.TransactionJson(1, 'c', description))).AssertOk();
    }

    // Freezes the process again and again until it is caught where nobody else can write.
    private Task<PostOutcome> FreezeInside(ServerProcess server, SqliteLedger ledger)
    {
        for (var attempt = 0; attempt < 2000; attempt++)
        {
            // Long enough to be somewhere else than the last time.
            Thread.Sleep(1);
            server.Freeze();
            if (ForgedGate.Holder(Database) != 0)
            {
                return ledger.PostAsync(1, TransactionKind.Credit, 1, "other");
            }

            server.Thaw();
        }

        Assert.Fail("the process was never caught inside");
        return null!;
    }

    private ServerProcess Start() => ServerProcess.Start(Database, Socket);
}
