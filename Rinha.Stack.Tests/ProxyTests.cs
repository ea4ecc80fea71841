using Rinha.Stack.Proxies;

namespace Rinha.Stack.Tests;

/// <summary>The configurations of the proxies, and what they answer by themselves.</summary>
public sealed class ProxyTests
{
    private static readonly IPAddress s_other = IPAddress.Parse("127.0.0.2");

    [Fact]
    public void A_template_that_drifted_is_refused()
    {
        var template = Nginx.Template.Replace("listen 9999", "listen 8080", StringComparison.Ordinal);
        Assert.Throws<StackException>(() => new NginxConfiguration("/tmp/x", 9876).Render(template));
    }

    [Fact]
    public void With_limits_an_address_that_asks_too_much_is_told_to_wait_and_others_are_served()
    {
        using var stack = TestBank.Start("--floor", "--limit");
        // Headers and half a body, on connections that stay open.
        var held = Enumerable.Range(0, 50).Select(_ =>
        {
            var connection = new RawConnection(stack.EndPoint);
            connection.Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf");
            return connection;
        }).ToList();
        Wait.Until(() => IsRefusedSlowly(stack), "50 requests are in progress");
        Assert.Equal("1", stack.Get("/").AssertProblem(429, "too-many-requests").Header("Retry-After"));
        Assert.Equal(200, stack.Get("/", s_other).Status);
        held.ForEach(connection => connection.Dispose());
        Wait.Until(() => !IsRefusedSlowly(stack), "it is served again");

        // A burst of 200, of which the requests before may have taken some.
        var counts = Statuses(stack, 1000);
        Assert.True(counts[200] >= 100, "the burst was not served");
        Assert.True(counts.GetValueOrDefault(429) > 0, "nothing was refused");
        Assert.Equal(200, stack.Get("/", s_other).Status);
        Wait.Until(() => !IsRefusedSlowly(stack), "it is served again");
        Assert.Equal("", File.ReadAllText(stack.Data.LogOf("nginx")));
    }

    [Fact]
    public void Caddy_loses_no_post_with_a_killed_server_and_speaks_of_its_own_errors_in_problem_documents()
    {
        using var stack = TestBank.Start("--stack", "caddy-postgres");
        var instance = stack.Instance;
        stack.Freeze(instance.State.Supervisor);
        instance.Kill("api01");
        // One may meet the dead server before it is found out: it is refused, and not applied.
        var accepted = Enumerable.Range(0, 20).Count(_ => stack.Post(1).Status == 200);
        Assert.InRange(accepted, 19, 20);
        Assert.Equal(accepted, stack.Balance());
        instance.Kill("api02");
        var answer = stack.Get(TestBank.Statement);
        answer.AssertStatusIn(502, 503);
        Assert.Equal("1", answer.AssertProblem(answer.Status).Header("Retry-After"));
    }

    // Below the rate that is refused for being too fast.
    private static bool IsRefusedSlowly(TestBank stack)
    {
        Thread.Sleep(50);
        return stack.Get("/").Status == 429;
    }

    private static Dictionary<int, int> Statuses(TestBank stack, int count)
    {
        // All at once: one by one they might come more slowly than they are let in.
        using var connection = new RawConnection(stack.EndPoint);
        connection.Send([.. Enumerable.Repeat(RawRequest.Get("/"), count).SelectMany(request => request)]);
        return Enumerable.Range(0, count)
            .Select(_ => connection.Receive().Status)
            .CountBy(status => status)
            .ToDictionary();
    }
}
