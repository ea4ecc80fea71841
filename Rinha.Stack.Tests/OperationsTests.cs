using System.Text.RegularExpressions;

namespace Rinha.Stack.Tests;

// Monitoring: the metrics by Prometheus' own checker, the sample configuration and alerts, and the private port to both
// servers.
public sealed class OperationsTests
{
    private static readonly string s_operations = Testing.Repository.PathOf("docs", "operations");

    [Fact]
    public void Promtool_accepts_the_metrics_and_rejects_malformed_ones()
    {
        var promtool = Promtool();
        using var stack = TestBank.Start();
        stack.Post(1).AssertOk();
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory.File("metrics"), stack.Ask("api01", RawRequest.Get("/metrics")).Text);
        Tool.Run([promtool, "check", "metrics"], directory.File("metrics")).OrThrow("promtool");
        File.WriteAllText(directory.File("metrics"), "# TYPE x counter\nx{label=\"value} 1\n");
        Assert.False(Tool.Run([promtool, "check", "metrics"], directory.File("metrics")).Succeeded);
    }

    [Fact]
    public void Promtool_accepts_the_configuration_and_each_alert_fires_when_it_should()
    {
        var promtool = Promtool();
        var alerts = Path.Combine(s_operations, "alerts.yml");
        var configuration = Tool.Run([promtool, "check", "config", Path.Combine(s_operations, "prometheus.yml")]);
        Assert.Contains("SUCCESS", configuration.Output + configuration.Error);
        var count = Regex.Count(File.ReadAllText(alerts), "alert: ");
        Assert.Contains($"{count} rules found", Tool.Run([promtool, "check", "rules", alerts]).Output);

        using var directory = new TemporaryDirectory();
        var series = File.ReadAllText(Testing.Repository.PathOf("Rinha.Stack.Tests", "alerts-test.yml"));
        File.WriteAllText(directory.File("test.yml"), series.Replace("RULES_FILE", alerts, StringComparison.Ordinal));
        var tested = Tool.Run([promtool, "test", "rules", directory.File("test.yml")]);
        Assert.Contains("SUCCESS", tested.Output + tested.Error);
    }

    // The sample configuration scrapes each API by its path on a private port.
    [Fact]
    public void Nginx_has_a_private_port_with_a_path_for_each_API()
    {
        var metrics = FreePort.Next();
        using var stack = TestBank.Start("--metrics", $"{metrics.Port}");
        var published = stack.EndPoint;
        RawResponse Get(IPEndPoint endPoint, string path)
        {
            using var connection = new RawConnection(endPoint);
            return connection.Exchange(RawRequest.Get(path));
        }

        // Each path leads to its own process.
        stack.Ask("api01", RawRequest.Get(TestBank.Statement)).AssertOk();
        const string statements = "rinha_http_requests_total{operation=\"statement\",status=\"200\"} ";
        Assert.Contains(statements + "1\n", Get(metrics, "/api01/metrics").Text);
        Assert.Contains(statements + "0\n", Get(metrics, "/api02/metrics").Text);
        Assert.Equal(404, Get(metrics, "/health").Status);
        Assert.Equal(403, Get(published, "/metrics").Status);
        Assert.Equal(404, Get(published, "/api01/metrics").Status);
    }

    private static string Promtool()
    {
        var promtool = Tool.Find("promtool");
        Assert.SkipWhen(promtool is null, "no promtool");
        return promtool!;
    }
}
