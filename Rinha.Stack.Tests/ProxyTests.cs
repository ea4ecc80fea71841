using System.Text.RegularExpressions;
using Rinha.Stack.Proxies;

namespace Rinha.Stack.Tests;

// The proxies' configurations, and their own answers.
public sealed class ProxyTests
{
    private static readonly IPAddress s_other = IPAddress.Parse("127.0.0.2");

    [Fact]
    public void A_template_that_no_longer_matches_is_refused()
    {
        var template = Nginx.Template.Replace("listen 9999", "listen 8080", StringComparison.Ordinal);
        var configuration = new NginxConfiguration("/tmp/x", new StackAccess(StackAccess.Loopback, 9876));
        Assert.Throws<StackException>(() => configuration.Render(template));
    }

    // 9998, the template's port for metrics, is an ordinary port while they are off.
    [Fact]
    public void A_stack_may_have_the_port_of_the_metrics() => Assert.Contains(
        "listen 127.0.0.1:9998 ",
        new NginxConfiguration("/tmp/x", new StackAccess(StackAccess.Loopback, 9998)).Render(Nginx.Template),
        StringComparison.Ordinal);

    [Fact]
    public void Nginx_may_open_twice_as_many_files_as_connections()
    {
        int Value(string text, string name) => int.Parse(Regex.Match(text, $@"{name}:? ([0-9]+)").Groups[1].ValueSpan);
        var files = Directory.GetFiles(Repository.PathOf("nginx"), "*.conf").Select(File.ReadAllText).ToList();
        Assert.Equal(2, files.Count);
        Assert.All(files, text => Assert.True(
            Value(text, "worker_rlimit_nofile") >= 2 * Value(text, "worker_connections")));

        // A container's or unit's limit caps nginx's, and the connections follow.
        var start = File.ReadAllText(Repository.PathOf("nginx", "start.sh"));
        Assert.Contains(@"s/^( *worker_connections) 16384/\\1 $((files / 2))/", start, StringComparison.Ordinal);
    }

    [Fact]
    public void With_limits_an_excessive_address_gets_429_and_others_are_served()
    {
        using var stack = TestBank.Start("--floor", "--limit", "100");
        // Hold 50 requests open with half a body each.
        var held = Enumerable.Range(0, 50).Select(_ =>
        {
            var connection = new RawConnection(stack.EndPoint);
            connection.Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf");
            return connection;
        }).ToList();
        Wait.Until(() => IsRefusedAtLowRate(stack), "50 requests are in progress");
        Assert.Equal("1", stack.Get("/").AssertProblem(429, "too-many-requests").Header("Retry-After"));
        Assert.Equal(200, stack.Get("/", s_other).Status);
        held.ForEach(connection => connection.Dispose());
        Wait.Until(() => !IsRefusedAtLowRate(stack), "it is served again");

        // The burst is 200; earlier requests may have used some of it.
        var counts = Statuses(stack, 1000);
        Assert.True(counts[200] >= 100, "the burst was not served");
        Assert.True(counts.GetValueOrDefault(429) > 0, "nothing was refused");
        Assert.Equal(200, stack.Get("/", s_other).Status);
        Wait.Until(() => !IsRefusedAtLowRate(stack), "it is served again");
        Assert.Equal("", File.ReadAllText(stack.Data.LogOf("nginx")));
    }

    [Fact]
    public void Caddy_loses_no_post_with_a_killed_server_and_reports_its_errors_as_problem_documents()
    {
        using var stack = TestBank.Start("--stack", "caddy-postgres");
        var instance = stack.Instance;
        stack.Freeze(instance.State.Supervisor);
        instance.Kill("api01");
        // One post may reach the dead server before Caddy notices: refused and not applied.
        var accepted = Enumerable.Range(0, 20).Count(_ => stack.Post(1).Status == 200);
        Assert.InRange(accepted, 19, 20);
        Assert.Equal(accepted, stack.Balance());
        instance.Kill("api02");
        var answer = stack.Get(TestBank.Statement);
        answer.AssertStatusIn(502, 503);
        Assert.Equal("1", answer.AssertProblem(answer.Status).Header("Retry-After"));
    }

    // nginx answers TRACE itself; Caddy and nginx at layer 4 pass it on.
    [Theory]
    [InlineData("nginx-sqlite")]
    [InlineData("nginx-stream")]
    [InlineData("caddy-postgres")]
    public void A_refused_method_is_answered_with_the_allowed_ones(string name)
    {
        using var stack = TestBank.Start("--stack", name);
        string? Allow(string path) =>
            stack.Exchange(RawRequest.Of("TRACE", path)).AssertProblem(405, "method-not-allowed").Header("Allow");
        Assert.Equal("GET, HEAD", Allow("/clientes/1/extrato"));
        Assert.Equal("GET, HEAD, POST", Allow("/clientes/1/transacoes"));
        Assert.Equal("POST", Allow("/reset"));
    }

    // Stays below the rate limit, so that only the connection limit can refuse.
    private static bool IsRefusedAtLowRate(TestBank stack)
    {
        Thread.Sleep(50);
        return stack.Get("/").Status == 429;
    }

    private static Dictionary<int, int> Statuses(TestBank stack, int count)
    {
        // Pipelined, to be faster than the rate limit.
        using var connection = new RawConnection(stack.EndPoint);
        connection.Send([.. Enumerable.Repeat(RawRequest.Get("/"), count).SelectMany(request => request)]);
        return Enumerable.Range(0, count)
            .Select(_ => connection.Receive().Status)
            .CountBy(status => status)
            .ToDictionary();
    }
}
