namespace Rinha.Server.Tests.EndToEnd;

/// <summary>How a server that is told to stop takes leave of balancers and clients.</summary>
public sealed class DrainTests : ServerTest
{
    private const int Rounds = 20;

    // Longer than any test waits for an exit.
    private static readonly (string, string) s_longDelay = ("RINHA_DRAIN_DELAY_MS", $"{Limits.DrainDelayMsMax}");

    [Fact]
    public void From_the_signal_on_health_is_503_and_says_why_while_everything_else_goes_on()
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
        // The second signal ends the delay.
        server.Terminate();
        Assert.Equal(0, server.AwaitExit().Code);
        Assert.False(File.Exists(Socket));
        Assert.Equal(2 * Rounds, Transactions());
    }

    [Fact]
    public void It_ends_when_the_delay_is_over_and_not_before()
    {
        using var server = Start(("RINHA_DRAIN_DELAY_MS", "500"));
        var watch = Stopwatch.StartNew();

        Assert.Equal(0, server.End().Code);

        Assert.True(watch.ElapsedMilliseconds >= 500, "it did not wait");
    }

    [Fact]
    public async Task Every_request_on_an_open_connection_is_still_answered_and_says_that_it_was_the_last()
    {
        using var server = Start();
        var connections = ConnectMany(server, 20);

        var exit = Task.Run(server.End);
        Wait.Until(() => !File.Exists(Socket), "the server takes no more connections");
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
    public async Task Clients_that_keep_on_asking_on_other_connections_do_not_hold_it_up()
    {
        using var server = Start();
        var connections = ConnectMany(server, 2_000);

        var watch = Stopwatch.StartNew();
        var exit = Task.Run(server.End);
        Wait.Until(() => !File.Exists(Socket), "the server takes no more connections");
        var next = 0;
        for (; !exit.IsCompleted && next < connections.Count; next++)
        {
            if (!connections[next].HasMore())
            {
                connections[next].Send(RawRequest.Get("/health"));
            }

            Thread.Sleep(10);
        }

        // At 10 ms each, asking goes on for ten times as long as the server waits.
        Assert.True(next < connections.Count, "it waited until nobody asked");
        Assert.Equal(0, (await exit).Code);
        Assert.True(watch.ElapsedMilliseconds >= Limits.DrainTimeoutMs, "it did not wait for its clients");
        connections.ForEach(connection => connection.Dispose());
    }

    private static List<RawConnection> ConnectMany(ServerProcess server, int count)
    {
        var connections = Enumerable.Range(0, count).Select(_ => server.Connect()).ToList();
        connections.ForEach(connection => connection.Exchange(RawRequest.Get("/health")).AssertOk());
        return connections;
    }
}
