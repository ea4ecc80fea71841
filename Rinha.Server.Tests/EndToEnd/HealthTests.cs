namespace Rinha.Server.Tests.EndToEnd;

/// <summary>What the published binary says of itself when it is about to leave, and when it cannot write.</summary>
public sealed class HealthTests : IDisposable
{
    private const int Rounds = 20;

    // Longer than any test waits for an exit.
    private static readonly string s_longDelayMs = $"{Limits.DrainDelayMsMax}";

    private readonly TemporaryDirectory _directory = new();

    private string Database => _directory.File("rinha.db");

    private string Socket => _directory.File("api.sock");

    [Fact]
    public void From_the_signal_on_health_is_503_while_everything_else_goes_on()
    {
        using var server = Start(("RINHA_DRAIN_DELAY_MS", s_longDelayMs));
        using var kept = server.Connect();
        kept.Exchange(RawRequest.Get("/health")).AssertOk();
        server.Terminate();
        Wait.Until(() => Ask(server, "/health").Status == 503, "health is 503");

        for (var round = 0; round < Rounds; round++)
        {
            using var another = server.Connect();
            Assert.Null(another.Exchange(Post).AssertOk().Header("Connection"));
            Assert.Null(kept.Exchange(Post).AssertOk().Header("Connection"));
            Assert.Equal(503, kept.Exchange(RawRequest.Get("/health")).Status);
        }

        server.Terminate();
        Assert.Equal(0, server.AwaitExit().Code);
        Assert.False(File.Exists(Socket));
        Assert.Equal(2 * Rounds, LedgerRows.Query(Database, "SELECT count(*) FROM transacoes"));
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
    public void Who_leaves_says_why_is_still_alive_and_hurries_at_the_second_signal()
    {
        using var server = Start(("RINHA_DRAIN_DELAY_MS", s_longDelayMs));
        server.Terminate();
        Wait.Until(() => Ask(server, "/health").Status == 503, "health is 503");

        var reason = Ask(server, "/health").Json.GetProperty("reason").GetString();
        Assert.Contains("stopping", reason, StringComparison.Ordinal);
        Assert.Equal("alive", Ask(server, "/health/live").AssertOk().Json.GetProperty("status").GetString());
        using (var connection = server.Connect())
        {
            Assert.Equal(503, connection.Exchange(RawRequest.Of("HEAD", "/health"), head: true).Status);
        }

        Assert.Equal(1, ServerProcess.Run(["--healthcheck"], ("DATABASE_URL", Database), ("API_SOCKET", Socket)).Code);
        server.Terminate();
        Assert.Equal(0, server.AwaitExit().Code);
    }

    [Fact]
    public void While_writes_wait_in_vain_health_is_503_and_is_well_again_without_a_write()
    {
        using var server = Start();
        using (Sqlite.LockedDatabase.Of(Database))
        {
            using var blocked = server.Connect();
            Assert.Equal(503, blocked.Exchange(Post).Status);

            Wait.Until(() => Ask(server, "/health").Status == 503, "health is 503");
            Assert.Contains(
                "locked", Ask(server, "/health").Json.GetProperty("reason").GetString(), StringComparison.Ordinal);
            Ask(server, "/health/live").AssertOk();
            Ask(server, "/clientes/1/extrato").AssertOk();
        }

        Wait.Until(() => Ask(server, "/health").Status == 200, "health is well again");
        Assert.Equal(0, LedgerRows.Query(Database, "SELECT count(*) FROM transacoes"));
        using var connection = server.Connect();
        connection.Exchange(Post).AssertOk();
    }

    [Fact]
    public void The_socket_of_a_server_that_stands_still_is_left_to_it()
    {
        using var server = Start();
        server.Freeze();

        var exit = ServerProcess.Run([], ("DATABASE_URL", _directory.File("other.db")), ("API_SOCKET", Socket));

        Assert.Equal(2, exit.Code);
        Assert.Contains("listens there already", exit.Error, StringComparison.Ordinal);
        server.Thaw();
        Ask(server, "/health").AssertOk();
    }

    public void Dispose() => _directory.Dispose();

    private static byte[] Post => RawRequest.Post("/clientes/1/transacoes", RawRequest.Body);

    private static RawResponse Ask(ServerProcess server, string path)
    {
        using var connection = server.Connect();
        return connection.Exchange(RawRequest.Get(path));
    }

    private ServerProcess Start(params (string, string)[] environment) =>
        ServerProcess.Start(Database, Socket, environment);
}
