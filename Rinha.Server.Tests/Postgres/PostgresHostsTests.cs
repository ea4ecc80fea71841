using Rinha.Stack.Processes;

namespace Rinha.Server.Tests.Postgres;

// The published binary on several hosts: a primary and its synchronous standby.
public sealed class PostgresHostsTests : ServerTest
{
    private readonly PostgresPair _pair = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_promoted_standby_serves_instead_of_a_primary_that_is_lost_and_the_old_one_never_again(bool hangs)
    {
        Action lose = hangs ? () => _pair.SendToPrimary(Signal.Stop) : () => _pair.Primary.Stop(isImmediate: true);
        Action comeBack = hangs ? () => _pair.SendToPrimary(Signal.Continue) : _pair.Primary.Start;
        _pair.StartStandby();
        foreach (var standby in (string[])
            [
                PostgresPair.Url(InDirectory("nowhere"), _pair.StandbyHost),
                PostgresPair.Url(_pair.StandbyHost) + "&target_session_attrs=read-write",
            ])
        {
            ServerProcess.Run([], ("DATABASE_URL", standby), ("API_SOCKET", Socket), ("RINHA_DATABASE_WAIT", "0"))
                .AssertRefused("read-only: a standby");
        }

        var url = PostgresPair.Url(InDirectory("nowhere"), _pair.StandbyHost, _pair.PrimaryHost);
        using var server = ServerProcess.Start(url, Socket);
        Assert.Equal(1, OnHost(server, _pair.PrimaryHost));
        using var load = new PostLoad(server.Connect, threads: 4, "p");
        load.AwaitAnswered(20);
        lose();
        _pair.Promote();
        load.AwaitAnswered(20);
        Assert.Equal(1, OnHost(server, _pair.StandbyHost));

        comeBack();
        Assert.Equal("f", _pair.Query("SELECT pg_is_in_recovery()")); // There are two primaries now.
        using var later = ServerProcess.Start(
            PostgresPair.Url(_pair.PrimaryHost, _pair.StandbyHost), InDirectory("later.sock"));
        Assert.Equal(1, OnHost(later, _pair.StandbyHost));
        load.AwaitAnswered(20);
        load.Stop();
        Assert.InRange(
            Enumerable.Range(1, 5).Sum(id => later.Statement(id).Balance()),
            load.Answered,
            load.Answered + load.Refused);
        Assert.Equal(later.Statement(1).Balance(), server.Statement(1).Balance());
        ServerProcess.Run(["verify"], ("DATABASE_URL", url)).AssertSuccess();
    }

    [Fact]
    public void A_living_primary_gets_no_post_after_a_promotion()
    {
        _pair.StartStandby();
        using var server = ServerProcess.Start(PostgresPair.Url(_pair.PrimaryHost, _pair.StandbyHost), Socket);
        server.Send(RawRequest.Credit).AssertOk();
        _pair.SetSynchronous(""); // Its commits do not wait for the standby that has left it.
        _pair.Promote();
        Wait.Until(() => OnHost(server, _pair.StandbyHost) == 1, "the server has moved");

        server.Send(RawRequest.Credit).AssertOk();

        Assert.Equal("1", _pair.Query("SELECT count(*) FROM transacoes"));
        Assert.Equal(2, server.Statement(1).Balance());
    }

    [Fact]
    public async Task A_cancelled_wait_for_a_synchronous_standby_is_an_unknown_outcome_for_repeats_too()
    {
        using var server = ServerProcess.Start(PostgresPair.Url(_pair.PrimaryHost), Socket);
        server.Send(RawRequest.Credit).AssertOk();
        _pair.SetSynchronous("absent");
        const string waiting = "FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
        Wait.Until(
            () => _pair.Query("SHOW synchronous_standby_names") == "absent", "the setting is in force");
        var keyed = RawRequest.Post(
            "/clientes/1/transacoes", RawRequest.Body, RawRequest.Json, "Idempotency-Key: once");
        var post = Task.Run(() => server.Send(keyed));
        Wait.Until(() => _pair.Query($"SELECT count(*) {waiting}") == "1", "the commit waits for its standby");
        _pair.Query($"SELECT pg_cancel_backend(pid) {waiting}");

        (await post).AssertProblem(503, "outcome-unknown");
        server.Send(keyed).AssertProblem(503, "outcome-unknown"); // It is in the primary's table of keys.
        _pair.SetSynchronous("");
        Wait.Until(() => server.Send(keyed).Status == 200, "the writer recovers");
    }

    protected override void CleanUp() => _pair.Dispose();

    private static double OnHost(ServerProcess server, string host) =>
        MetricsText.Parse(server.Get("/metrics").Text).OrZero($$"""rinha_ledger_host_info{host="{{host}}:5432"}""");
}
