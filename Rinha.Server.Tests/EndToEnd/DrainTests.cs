namespace Rinha.Server.Tests.EndToEnd;

// What balancers and clients see of a server that is told to stop.
public sealed class DrainTests : ServerTest
{
    private const int Rounds = 20;

    // Longer than any test waits for an exit: only a second signal ends it.
    private static readonly (string, string) s_longDelay = ("RINHA_DRAIN_DELAY_MS", $"{Limits.DrainDelayMsMax}");

    [Fact]
    public void After_SIGTERM_health_is_503_with_its_reason_and_everything_else_still_works()
    {
        using var server = Start(s_longDelay);
        using var kept = server.Connect();
        kept.Exchange(RawRequest.Get("/health")).AssertOk();
        server.Terminate();
        Wait.Until(() => server.Get("/health").Status == 503, "health is 503");

        for (var round = 0; round < Rounds; round++)
        {
            Assert.Null(server.Send(RawRequest.Credit).AssertOk().Header("Connection"));
            Assert.Null(kept.Exchange(RawRequest.Credit).AssertOk().Header("Connection"));
            var health = kept.Exchange(RawRequest.Get("/health"));
            Assert.Equal(503, health.Status);
            Assert.Equal("stopping", health.Json.GetProperty("code").GetString());
        }

        Assert.Equal("alive", server.Get("/health/live").AssertOk().Json.GetProperty("status").GetString());
        Assert.Equal(503, server.Send(RawRequest.Of("HEAD", "/health")).Status);
        Assert.Equal(1, Run("--healthcheck").Code);
        server.Terminate();
        Assert.Equal(0, server.AwaitExit().Code);
        Assert.False(File.Exists(Socket));
        Assert.Equal(2 * Rounds, Transactions());
    }

    [Fact]
    public void A_server_stops_after_the_drain_delay_and_not_before()
    {
        using var server = Start(("RINHA_DRAIN_DELAY_MS", "500"));
        var elapsed = Stopwatch.StartNew();

        Assert.Equal(0, server.Stop().Code);

        Assert.True(elapsed.ElapsedMilliseconds >= 490, "it did not wait");
    }

    [Fact]
    public async Task A_stopping_server_answers_one_more_request_on_each_connection_and_closes_it()
    {
        using var server = Start();
        var connections = ConnectMany(server, 20);

        var exit = Task.Run(server.Stop);
        Wait.Until(() => !File.Exists(Socket), "the server accepts no more connections");
        foreach (var connection in connections)
        {
            Assert.Equal("close", connection.Exchange(RawRequest.Credit).AssertOk().Header("Connection"));
            Assert.True(connection.IsEnded());
            connection.Dispose();
        }

        Assert.Equal(0, (await exit).Code);
        Assert.Equal(20, Transactions());
    }

    [Fact]
    public async Task Clients_that_keep_sending_do_not_delay_the_stop_past_its_timeout()
    {
        using var server = Start();
        var connections = ConnectMany(server, 2_000);

        var elapsed = Stopwatch.StartNew();
        var exit = Task.Run(server.Stop);
        Wait.Until(() => !File.Exists(Socket), "the server accepts no more connections");
        var next = 0;
        for (; !exit.IsCompleted && next < connections.Count; next++)
        {
            try
            {
                connections[next].Send(RawRequest.Get("/health"));
            }
            catch (SocketException)
            {
                // The server has just ended.
            }

            Thread.Sleep(10);
        }

        // At 10 ms a request, the requests continue for ten times as long as the server waits.
        Assert.True(next < connections.Count, "it waited for the last request");
        Assert.Equal(0, (await exit).Code);
        Assert.True(elapsed.ElapsedMilliseconds >= Limits.DrainTimeoutMs - 10, "it did not wait for its clients");
        connections.ForEach(connection => connection.Dispose());
    }

    private static List<RawConnection> ConnectMany(ServerProcess server, int count)
    {
        var connections = Enumerable.Range(0, count).Select(_ => server.Connect()).ToList();
        connections.ForEach(connection => connection.Exchange(RawRequest.Get("/health")).AssertOk());
        return connections;
    }
}
