using Rinha.Server.Tests.Http;

namespace Rinha.Server.Tests.EndToEnd;

// Behaviour that must be the same through nginx, at layer 4 too, through Caddy and on an API's own socket.
public abstract class ProxyTests<TStack>(TStack stack) : IClassFixture<TStack>
    where TStack : StackFixture
{
    private const string Path = "/clientes/1/transacoes";
    private const string Api = "api01";

    [Theory]
    [InlineData("")]
    [InlineData("\"\"")]
    [InlineData("two words")]
    [InlineData("tab\there")]
    [InlineData("ação")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    [InlineData("again", "again")]
    [InlineData("AAA", "B1")]
    [InlineData("AAA", "B2")]
    [InlineData("", "AAA")]
    [InlineData("AAA", "")]
    public void An_invalid_idempotency_key_is_the_same_400_through_the_proxy(params string[] keys)
    {
        stack.Reset();
        var request = RawRequest.Post(
            Path, RawRequest.Body, RawRequest.Json, [.. keys.Select(key => $"Idempotency-Key: {key}")]);

        using var api = stack.ConnectTo(Api);
        var direct = api.Exchange(request).AssertProblem(400);
        Assert.Equal(direct.Body, stack.Send(request).AssertProblem(400).Body);

        Assert.Equal(0, stack.Statement(1).Balance());
    }

    // The body may be the proxy's own: Caddy refuses such a header before it knows the request.
    [Theory]
    [InlineData('\u0001')]
    [InlineData('\u007f')]
    public void A_key_with_a_control_character_is_400_and_changes_nothing(char control)
    {
        stack.Reset();
        var request = RawRequest.Post(Path, RawRequest.Body, RawRequest.Json, $"Idempotency-Key: a{control}b");

        using var api = stack.ConnectTo(Api);
        api.Exchange(request).AssertStatusIn(400);
        using var proxy = stack.Connect();
        proxy.Exchange(request, head: true).AssertStatusIn(400);

        Assert.Equal(0, stack.Statement(1).Balance());
    }

    [Fact]
    public void An_idempotency_key_reaches_the_API_byte_for_byte()
    {
        stack.Reset();
        var visible = string.Concat(
            Enumerable.Range('!', '~' - '!' + 1).Select(code => (char)code).Except(['"', '\\']));
        foreach (var key in new[] { visible[..64], visible[^64..], "\"quoted\"", "a,b", new string('k', 64) })
        {
            var request = RawRequest.Post(Path, RawRequest.Body, RawRequest.Json, $"Idempotency-Key: {key}");
            var first = stack.Send(request).AssertOk();
            stack.Post(1, 1, 'c', "between").AssertOk();
            using var api = stack.ConnectTo(Api);
            Assert.Equal(first.Body, api.Exchange(request).AssertOk().Body);
        }
    }

    [Fact]
    public void The_headers_of_a_key_and_of_a_failed_request_pass_through_the_proxy()
    {
        stack.Reset();
        var request = RawRequest.Post(Path, RawRequest.Body, RawRequest.Json, "Idempotency-Key: named");
        Assert.Equal($"{Path}/1", stack.Send(request).AssertOk().Header("Location"));
        var again = stack.Send(request).AssertOk();
        Assert.Equal(($"{Path}/1", "true"), (again.Header("Location"), again.Header("Idempotent-Replayed")));
        Assert.Equal(1, stack.Get($"{Path}/1").AssertOk().Json.GetProperty("seq").GetInt64());

        stack.Execute("ALTER TABLE transacoes RENAME TO elsewhere"); // Only what reads the history fails.
        var failed = stack.Send(RawRequest.Get(Path, "X-Request-Id: a-1"));
        stack.Execute("ALTER TABLE elsewhere RENAME TO transacoes");
        Assert.Equal("a-1", failed.AssertProblem(503, "storage-failed").Header("X-Request-Id"));
    }

    [Theory]
    [MemberData(nameof(HttpCases.MetricsTargets), MemberType = typeof(HttpCases))]
    public void Metrics_are_refused_however_they_are_spelled(string target)
    {
        using var api = stack.ConnectToMetrics(Api);
        // There are metrics to hide.
        Assert.Contains("# TYPE", api.Exchange(RawRequest.Get("/metrics")).Text, StringComparison.Ordinal);

        using var connection = stack.Connect();
        var answer = connection.Exchange(RawRequest.Get(target));
        answer.AssertStatusIn(target != "/metrics" ? [400, 403, 404] : stack.IsLayer4 ? [404] : [403]);
        Assert.DoesNotContain("# TYPE", answer.Text, StringComparison.Ordinal);
    }

    // HAProxy sends the first one for `option httpchk`, the second for `option httpchk GET /health`.
    [Theory]
    [InlineData("OPTIONS /", "", false)]
    [InlineData("GET /health", "", false)]
    [InlineData("GET /health", "Host: localhost\r\n", false)]
    [InlineData("GET /health", "Connection: keep-alive\r\n", true)]
    [InlineData("GET /health", "Host: localhost\r\nConnection: keep-alive\r\n", true)]
    public void HTTP_1_0_is_understood(string check, string headers, bool isKept)
    {
        using var connection = stack.Connect();
        for (var round = isKept ? 3 : 1; round > 0; round--)
        {
            connection.Send($"{check} HTTP/1.0\r\n{headers}\r\n");
            connection.Receive().AssertOk();
        }

        if (isKept)
        {
            connection.Send(
                $"POST {Path} HTTP/1.0\r\n{headers}Content-Type: {RawRequest.Json}\r\n"
                + $"Content-Length: {RawRequest.Body.Length}\r\n\r\n{RawRequest.Body}");
            connection.Receive().AssertOk();
            connection.Send("GET /health HTTP/1.0\r\n\r\n");
            connection.Receive().AssertOk();
        }

        Assert.True(connection.IsEnded());
    }

    // Kestrel refuses the second one, but a proxy that forwards requests sends a name of its choice upstream.
    [Theory]
    [InlineData("under_score")]
    [InlineData("a;b")]
    public void Any_host_is_served(string host)
    {
        using var connection = stack.Connect();
        connection.Send($"GET /clientes/1/extrato HTTP/1.1\r\nHost: {host}\r\n\r\n");
        connection.Receive().AssertStatusIn(stack.IsLayer4 && host.Contains(';') ? 400 : 200);
    }

    [Theory]
    [MemberData(nameof(HttpCases.OtherHeaders), MemberType = typeof(HttpCases))]
    public void Other_headers_change_nothing(string headers) => HttpCases.AssertHeadersChangeNothing(stack, headers);
}

public sealed class NginxProxyTests(StackFixture stack) : ProxyTests<StackFixture>(stack);

public sealed class StreamProxyTests(StreamStackFixture stack) : ProxyTests<StreamStackFixture>(stack);

public sealed class CaddyProxyTests(CaddyStackFixture stack) : ProxyTests<CaddyStackFixture>(stack);
