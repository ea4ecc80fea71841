namespace Rinha.Stack.Tests;

// The stack's ports and sockets, and the users that may reach them.
public sealed class AccessTests
{
    [Fact]
    public void Only_the_port_of_nginx_is_open_and_its_status_is_for_this_machine()
    {
        using var stack = TestBank.Start();
        var instance = stack.Instance;
        IEnumerable<int> PortsOf(string name) => instance.ProcessesOf(name).SelectMany(ProcessTable.PortsOf).Distinct();
        Assert.Empty(PortsOf("api01").Concat(PortsOf("api02")));
        Assert.Equal([stack.Port], PortsOf("nginx"));
        // The control: the API does listen, on its socket.
        Assert.Contains($"{instance.State.Sockets}/api01.sock", File.ReadAllText("/proc/net/unix"));

        var elsewhere = IPAddress.Parse("127.0.0.2");
        Assert.Equal(403, stack.Get("/nginx_status", elsewhere).Status);
        Assert.Equal(403, stack.Get("/x/../nginx_status", elsewhere).Status);
        Assert.Equal(200, stack.Get("/nginx_status").Status);
    }

    // Clients reach the APIs' HTTP there, and their metrics have sockets of their own.
    [Fact]
    public void Behind_nginx_at_layer_4_the_metrics_are_on_the_private_port_alone()
    {
        using var stack = new TestBank();
        var metrics = FreePort.Next();
        stack.Run("--stack", "nginx-stream", "--metrics", $"{metrics.Port}");
        Assert.Equal(
            new[] { stack.Port, metrics.Port }.Order(),
            stack.Instance.ProcessesOf("nginx").SelectMany(ProcessTable.PortsOf).Distinct().Order());
        stack.Get("/metrics").AssertProblem(404, "unknown-path");
        stack.Get("/nginx_status").AssertProblem(404, "unknown-path");
        using var connection = new RawConnection(metrics);
        Assert.Contains("rinha_build_info", connection.Exchange(RawRequest.Get("/api02/metrics")).Text);
        connection.Exchange(RawRequest.Get("/api02")).AssertProblem(404, "unknown-path");
        Assert.NotEqual("no answer", stack.Status().GetProperty("versions")[0].GetString());
        Assert.Equal("", File.ReadAllText(stack.Data.LogOf("nginx")));
    }

    // 127.0.0.2 stands for the machine's other addresses.
    [Theory]
    [InlineData("nginx-sqlite")]
    [InlineData("nginx-stream")]
    [InlineData("caddy-postgres")]
    public void It_listens_for_this_machine_until_it_is_opened(string name)
    {
        using var stack = new TestBank();
        var elsewhere = new IPEndPoint(IPAddress.Parse("127.0.0.2"), stack.Port);
        stack.Run("--stack", name).AssertExit(0, $"http://127.0.0.1:{stack.Port}, for this machine only");
        Assert.Throws<SocketException>(() => new RawConnection(elsewhere).Dispose());
        stack.Verb("stop");

        foreach (var host in (string[])["0.0.0.0", "::"])
        {
            Assert.SkipWhen(host == "::" && !File.Exists("/proc/net/if_inet6"), "no IPv6");
            stack.Run("--stack", name, "--host", host).AssertExit(0, "open to the network");
            new RawConnection(elsewhere).Dispose();
            stack.Verb("status").AssertExit(0, "open to the network").AssertExit(0, "login   off");
            Assert.Equal(host, stack.Status().GetProperty("host").GetString());
            Assert.False(stack.Status().GetProperty("reset").GetBoolean());
            stack.Verb("stop");
        }
    }

    [Fact]
    public void Only_nginx_reaches_the_sockets_and_only_the_owner_reaches_the_ledger()
    {
        using var stack = new TestBank();
        Tool.Run([
            "sh", "-c", "umask 0; exec \"$0\" run --detach --data \"$1\" --port \"$2\"",
            Testing.Repository.PathOf("rinha"), stack.Data.FullPath, $"{stack.Port}",
        ]).OrThrow("run");
        var isRoot = Environment.IsPrivilegedProcess;
        var sockets = stack.Instance.State.Sockets;
        Assert.Equal(isRoot ? "710" : "700", Mode(sockets));
        foreach (var name in StackLayout.Apis)
        {
            Assert.Equal(isRoot ? "660" : "600", Mode($"{sockets}/{name}.sock"));
            stack.Ask(name, RawRequest.Get("/health")).AssertOk();
        }

        Assert.Equal(isRoot ? "711" : "700", Mode(stack.Data.FullPath));
        Assert.Equal(("700", "700"), (Mode(stack.Data.Run), Mode(stack.Data.Logs)));
        Assert.All(
            Directory.GetFiles(stack.Data.FullPath, "*", SearchOption.AllDirectories),
            file => Assert.Equal("600", Mode(file)));
        Assert.SkipUnless(isRoot, "only root can become another user");
        // A user outside nginx's group cannot even see the socket.
        var other = Tool.Run(
            ["setpriv", "--reuid=65533", "--regid=65533", "--clear-groups", "test", "-e", $"{sockets}/api01.sock"]);
        Assert.Equal(1, other.Status);
        Assert.Equal(
            $"root {UserAccount.Proxy.Group}\n", Tool.Run(["stat", "-c", "%U %G", $"{sockets}/api01.sock"]).Output);
    }

    [Fact]
    public void The_contest_stack_allows_a_reset_and_logs_it_unless_configured_not_to()
    {
        using var stack = TestBank.Start();
        Assert.Equal(200, stack.Exchange(RawRequest.Post("/reset", "")).Status);
        Assert.Contains(
            "POST /reset is enabled: any client can empty the ledger", File.ReadAllText(stack.Data.LogOf("api01")));
        stack.Verb("stop");
        stack.TryRun([("RINHA_ENABLE_RESET", "false")]).AssertExit(0, "up: ");
        Assert.Equal(404, stack.Exchange(RawRequest.Post("/reset", "")).Status);
        Assert.DoesNotContain("POST /reset is enabled", File.ReadAllText(stack.Data.LogOf("api01")));
    }

    private static string Mode(string path) => Convert.ToString((int)File.GetUnixFileMode(path), 8);
}
