namespace Rinha.Server.Tests.EndToEnd;

/// <summary>
/// The published binary on a machine that has been suspended for ten hours: a time namespace (time_namespaces(7)) whose
/// clock since the boot is that much ahead of the clock that stops meanwhile.
/// </summary>
public sealed class SuspendedMachineTests : IDisposable
{
    private static readonly string[] s_suspended =
        ["unshare", "--time", "--boottime", "36000", "--fork", "--kill-child"];

    private readonly TemporaryDirectory _directory = new();

    private string Database => _directory.File("rinha.db");

    private string Socket => _directory.File("api.sock");

    public SuspendedMachineTests() => Assert.SkipUnless(
        Environment.IsPrivilegedProcess && File.Exists("/proc/self/timens_offsets"),
        "needs root and time namespaces");

    [Fact]
    public void The_start_time_is_not_in_the_future()
    {
        using var server = ServerProcess.StartUnder(s_suspended, Database, Socket);
        using var connection = server.Connect();

        var metrics = MetricsText.Parse(connection.Exchange(RawRequest.Get("/metrics")).Text);

        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        Assert.InRange(metrics["process_start_time_seconds"], now - 3600, now + 1);
    }

    [Fact]
    public void A_health_check_holds_and_asks_again()
    {
        using var server = ServerProcess.Start(Database, Socket);
        using var connection = server.Connect();
        double Asked() => MetricsText.Parse(connection.Exchange(RawRequest.Get("/metrics")).Text)
            ["rinha_http_requests_total{operation=\"health\",status=\"200\"}"];
        var before = Asked();

        var exit = ServerProcess.RunUnder(
            s_suspended,
            ["--healthcheck", "--healthcheck-hold", "1"],
            ("DATABASE_URL", Database),
            ("API_SOCKET", Socket));

        Assert.Equal(new ServerExit(0, "", ""), exit);
        Assert.Equal(before + 2, Asked());
    }

    public void Dispose() => _directory.Dispose();
}
