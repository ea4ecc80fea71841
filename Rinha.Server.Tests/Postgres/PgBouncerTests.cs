namespace Rinha.Server.Tests.Postgres;

// The published binary with PgBouncer between it and PostgreSQL.
public sealed class PgBouncerTests : ServerTest
{
    private readonly PostgresPair _pair = new();
    private PgBouncer? _bouncer;

    [Theory]
    [InlineData("session", "&prepared_statements=true")]
    [InlineData("transaction", "&prepared_statements=false")]
    public void Two_servers_serve_through_it_and_its_crash_loses_and_doubles_nothing(string mode, string parameter)
    {
        SetRole();
        _bouncer = new PgBouncer(_pair.PrimaryHost, mode);
        var url = _bouncer.Url + parameter;
        using var one = Start(url, "one.sock");
        using var other = Start(url, "other.sock");
        for (var round = 1; round <= 5; round++) // Often enough for prepared statements.
        {
            one.Post(1, 1000, 'c', "lost").AssertOk();
            other.Reset();
            var keyed = RawRequest.Post(
                "/clientes/1/transacoes", RawRequest.Body, RawRequest.Json, $"Idempotency-Key: {round}");
            var first = one.Send(keyed).AssertOk();
            Assert.Equal(first.Text, other.Send(keyed).AssertOk().Text);
            other.Post(1, 2, 'c', "kept").AssertOk();
            one.Post(1, long.MaxValue, 'd', "refused").AssertProblem(422);
            Assert.Equal(["kept", "descricao"], one.Statement(1).Descriptions());
            Assert.Equal(3, other.Statement(1).Balance());
            Assert.Equal(
                2, one.Get("/clientes/1/transacoes").AssertOk().Json.GetProperty("transacoes").GetArrayLength());
            Assert.Equal(404, other.Get("/clientes/6/extrato").Status);
        }

        using var ones = new PostLoad(one.Connect, threads: 4, "o");
        using var others = new PostLoad(other.Connect, threads: 4, "p");
        foreach (var (fail, recover) in new (Action, Action)[]
            {
                (_bouncer.Kill, _bouncer.Start),
                (() => _pair.Primary.Stop(isImmediate: true), _pair.Primary.Start),
                (_bouncer.Kill, _bouncer.Start),
            })
        {
            ones.AwaitAnswered(100);
            others.AwaitAnswered(100);
            fail();
            recover();
        }

        ones.AwaitAnswered(100);
        others.AwaitAnswered(100);
        ones.Stop();
        others.Stop();
        ServerProcess.Run(["verify"], ("DATABASE_URL", url)).AssertSuccess();
        ServerProcess.Run(["export", InDirectory("export")], ("DATABASE_URL", url)).AssertSuccess();
        RunSuccessfully("import", InDirectory("export"));
        ones.AssertKept(Ledger);
        others.AssertKept(Ledger);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_COMMIT_that_it_or_PostgreSQL_does_not_survive_has_an_unknown_outcome(bool isPooler)
    {
        SetRole();
        _bouncer = new PgBouncer(_pair.PrimaryHost, "transaction");
        using var server = Start(_bouncer.Url + "&prepared_statements=false", "api.sock");
        server.Send(RawRequest.Credit).AssertOk();
        _pair.SetSynchronous("absent");
        Wait.Until(
            () => _pair.Query("SHOW synchronous_standby_names") == "absent", "the setting is in force");
        var post = Task.Run(() => server.Send(RawRequest.Credit));
        Wait.Until(
            () => _pair.Query("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'") == "1",
            "the commit waits for its standby");
        if (isPooler)
        {
            _bouncer.Kill();
        }
        else
        {
            _pair.Primary.Stop(isImmediate: true);
        }

        (await post).AssertProblem(503, "outcome-unknown");
    }

    [Fact]
    public void It_is_refused_until_the_URL_tells_of_prepared_statements_and_the_role_has_the_timeouts()
    {
        _bouncer = new PgBouncer(_pair.PrimaryHost, "transaction");
        Refused("", "prepared_statements=false");
        Refused("&prepared_statements=false", "lock_timeout");
    }

    [Fact]
    public void A_start_waits_for_PostgreSQL_behind_it_as_long_as_it_may()
    {
        SetRole();
        _pair.Primary.Stop();
        _bouncer = new PgBouncer(_pair.PrimaryHost, "transaction");
        Refused("&prepared_statements=false", "was not up within 1 s", waitSeconds: 1);
        using var server = ServerProcess.StartUnread(
            _bouncer.Url + "&prepared_statements=false",
            Socket,
            beforeHealth: process =>
            {
                while (process.ReadOutput() is { } line
                    && !line.Contains("\"DatabaseAwaited\"", StringComparison.Ordinal))
                {
                }

                _pair.Primary.Start();
            });
        server.Send(RawRequest.Credit).AssertOk();
    }

    protected override void CleanUp()
    {
        _bouncer?.Dispose();
        _pair.Dispose();
    }

    private void Refused(string parameter, string reason, int waitSeconds = 30) => ServerProcess
        .Run(
            [],
            ("DATABASE_URL", _bouncer!.Url + parameter),
            ("API_SOCKET", Socket),
            ("RINHA_DATABASE_WAIT", $"{waitSeconds}"))
        .AssertRefused(reason);

    private void SetRole() =>
        _pair.Query(File.ReadAllText(Repository.PathOf("stacks", "pgbouncer", "role.sql")));

    private ServerProcess Start(string url, string socket) =>
        ServerProcess.Start(url, InDirectory(socket), ("RINHA_ENABLE_RESET", "true"));
}
