namespace Rinha.Server.Tests.EndToEnd;

public sealed class OneProcessTests : ServerTest
{
    [Fact]
    public void SIGTERM_exits_with_0_removes_the_socket_and_keeps_every_answered_post()
    {
        using var server = Start();
        using var idle = server.Connect();
        idle.Exchange(RawRequest.Get("/health")).AssertOk();
        using var load = new PostLoad(server.Connect, threads: 4, prefix: "a");
        load.AwaitAnswered(500);

        var exit = server.Stop();
        load.Stop();

        Assert.Equal((0, ""), (exit.Code, exit.Error));
        Assert.False(File.Exists(Socket));
        Assert.True(idle.IsEnded());
        load.AssertKept(Ledger);
        LedgerRows.AssertBalanced(Ledger);
        Assert.False(File.Exists(Ledger + "-wal"));
    }

    [Fact]
    public void Posts_answered_before_a_crash_are_kept()
    {
        for (var round = 0; round < 5; round++)
        {
            using var server = Start();
            using var load = new PostLoad(server.Connect, threads: 4, prefix: $"{round}");
            load.AwaitAnswered(300);

            server.Kill();
            load.Stop();

            load.AssertKept(Ledger);
            LedgerRows.AssertBalanced(Ledger);
        }
    }

    // Clients reach the other socket: through a layer-4 proxy, say.
    [Fact]
    public void A_metrics_socket_alone_serves_the_metrics_and_does_the_rest_too()
    {
        var socket = InDirectory("metrics.sock");
        using var server = Start(("API_METRICS_SOCKET", socket));
        using var operators = new RawConnection(new UnixDomainSocketEndPoint(socket));
        server.Send(RawRequest.Credit).AssertOk();
        server.Send(RawRequest.Get("/metrics")).AssertProblem(404, "unknown-path");

        operators.Exchange(RawRequest.Credit).AssertOk();
        operators.Exchange(RawRequest.Get("/health")).AssertOk();
        var metrics = MetricsText.Parse(operators.Exchange(RawRequest.Get("/metrics")).Text);
        Assert.Equal(2, metrics["""rinha_ledger_transactions_total{result="committed"}"""]);
        Assert.Equal(File.GetUnixFileMode(Socket), File.GetUnixFileMode(socket));

        server.Stop();
        Assert.False(File.Exists(socket));
        Assert.True(operators.IsEnded());
        LedgerRows.AssertBalanced(Ledger);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_socket_of_a_live_process_is_not_taken_over_even_if_it_is_frozen(bool isFrozen)
    {
        using var first = Start();
        if (isFrozen)
        {
            first.Freeze();
        }

        ServerProcess.Run([], ("DATABASE_URL", InDirectory("other.db")), ("API_SOCKET", Socket))
            .AssertRefused("listens there already");

        first.Thaw();
        first.Send(RawRequest.Credit).AssertOk();
    }

    [Fact]
    public void The_socket_has_the_configured_mode()
    {
        using var server = Start(("API_SOCKET_MODE", "606"));

        Assert.Equal("606", Convert.ToString((int)File.GetUnixFileMode(Socket), 8));
    }

    [Fact]
    public void Every_file_is_its_users_alone_whatever_the_umask()
    {
        using var server = ServerProcess.StartUnder(["sh", "-c", "umask 0; exec \"$@\"", "sh"], Ledger, Socket);
        server.Send(RawRequest.Credit).AssertOk();
        RunSuccessfully("backup", InDirectory("backup.db"));

        var files = Directory.GetFiles(InDirectory("")).Except([Socket]).ToList();
        Assert.Equal(5, files.Count); // The ledger, its log, the log's index, the gate and the backup.
        Assert.All(files, file => Assert.Equal("600", Convert.ToString((int)File.GetUnixFileMode(file), 8)));
        Assert.Equal("660", Convert.ToString((int)File.GetUnixFileMode(Socket), 8));
    }

    [Fact]
    public void A_hang_up_does_not_stop_the_server()
    {
        using var server = Start();
        server.HangUp();
        server.Send(RawRequest.Credit).AssertOk();

        Assert.Equal(0, server.Stop().Code);
    }

    [Fact]
    public void A_server_on_a_TCP_address_listens_only_there()
    {
        var endPoint = FreePort.Next();
        using var server = ServerProcess.StartOn(endPoint, Ledger);

        server.Get("/clientes/1/extrato").AssertOk();

        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Assert.Throws<SocketException>(() => other.Connect(IPAddress.Parse("127.0.0.2"), endPoint.Port));
    }

    // TCP takes a part of an answer, where a unix socket takes all of it or nothing.
    [Fact]
    public async Task A_client_over_TCP_that_reads_late_gets_every_answer_whole()
    {
        const int requests = 1_000; // Their answers exceed all buffers on the way.
        using var server = ServerProcess.StartOn(FreePort.Next(), Ledger);
        using var connection = server.Connect();
        for (var number = 0; number < Limits.HistoryEntriesMax; number++)
        {
            connection.Exchange(RawRequest.Credit).AssertOk();
        }

        var request = RawRequest.Get($"/clientes/1/transacoes?limite={Limits.HistoryEntriesMax}");
        var sent = Task.Run(
            () => Array.ForEach(new byte[requests], _ => connection.Send(request)),
            TestContext.Current.CancellationToken);
        await Task.Delay(500, TestContext.Current.CancellationToken);

        for (var number = 0; number < requests; number++)
        {
            var history = connection.Receive().AssertOk().Json;
            Assert.Equal(Limits.HistoryEntriesMax, history.GetProperty("transacoes").GetArrayLength());
        }

        await sent;
    }

    [Fact]
    public void Full_synchronous_keeps_every_answered_post()
    {
        using var server = Start(("RINHA_SYNCHRONOUS", "FULL"));
        for (var round = 0; round < 20; round++)
        {
            server.Send(RawRequest.Credit).AssertOk();
        }

        server.Kill();
        LedgerRows.AssertBalanced(Ledger);
        Assert.Equal(20, Transactions());
    }

    [Fact]
    public void While_the_write_lock_is_held_too_long_writes_and_health_are_503_and_statements_go_on()
    {
        using var server = Start();
        server.Post(1, 1, 'c', "before").AssertOk();
        using (LedgerRows.Lock(Ledger))
        {
            using var blocked = server.Connect();
            var waited = Stopwatch.StartNew();
            blocked.Send(RawRequest.Credit);
            while (!blocked.HasMore())
            {
                Assert.Equal(["before"], server.Statement(1).Descriptions());
                if (waited.ElapsedMilliseconds < Limits.BusyTimeoutMs / 2)
                {
                    server.Get("/health").AssertOk();
                }

                Assert.True(waited.Elapsed < Wait.Timeout, "no 503");
            }

            Assert.Equal("1", blocked.Receive().AssertProblem(503, "ledger-locked").Header("Retry-After"));
            Assert.True(waited.ElapsedMilliseconds >= Limits.BusyTimeoutMs - 50, "refused before the timeout");
            Wait.Until(() => server.Get("/health").Status == 503, "health is 503");
            Assert.Equal("writes-timing-out", server.Get("/health").Json.GetProperty("code").GetString());
            server.Get("/health/live").AssertOk();
        }

        Wait.Until(() => server.Get("/health").Status == 200, "health recovers without a write");
        Assert.Equal(1, Transactions());
        server.Send(RawRequest.Credit).AssertOk();
        Assert.Equal(2, Transactions());
    }
}
