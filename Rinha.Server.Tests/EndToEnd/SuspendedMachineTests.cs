namespace Rinha.Server.Tests.EndToEnd;

// The published binary on a machine that was suspended for ten hours: a time namespace (time_namespaces(7)) whose
// CLOCK_BOOTTIME is that far ahead of CLOCK_MONOTONIC.
public sealed class SuspendedMachineTests : ServerTest
{
    private static readonly string[] s_suspended =
        ["unshare", "--time", "--boottime", "36000", "--fork", "--kill-child"];

    public SuspendedMachineTests() => Assert.SkipUnless(
        Environment.IsPrivilegedProcess && File.Exists("/proc/self/timens_offsets"),
        "needs root and time namespaces");

    [Fact]
    public void The_start_time_is_not_in_the_future()
    {
        using var server = ServerProcess.StartUnder(s_suspended, Ledger, Socket);

        var metrics = MetricsText.Parse(server.Get("/metrics").Text);

        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        Assert.InRange(metrics["process_start_time_seconds"], now - 3600, now + 1);
    }

    [Fact]
    public void A_health_check_holds_and_probes_again()
    {
        using var server = ServerProcess.Start(Ledger, Socket);
        double Probes() => MetricsText.Parse(server.Get("/metrics").Text)
            ["rinha_http_requests_total{operation=\"health\",status=\"200\"}"];
        var before = Probes();

        var exit = ServerProcess.RunUnder(s_suspended, ["--healthcheck", "--healthcheck-hold", "1"], Settings);

        Assert.Equal(new CommandExit(0, "", ""), exit);
        Wait.Until(() => Probes() == before + 2, "both probes are counted");
    }
}
