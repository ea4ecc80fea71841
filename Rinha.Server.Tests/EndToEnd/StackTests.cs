namespace Rinha.Server.Tests.EndToEnd;

// How nginx passes on requests and answers, and how it handles an API that dies.
public sealed class StackTests(StackFixture stack) : IClassFixture<StackFixture>
{
    private const string Path = "/clientes/1/transacoes";

    private static readonly string[] s_apis = ["api01", "api02"];

    [Fact]
    public void The_APIs_own_answers_pass_untouched()
    {
        var statement = stack.Get("/clientes/1/extrato").AssertOk();
        Assert.Equal("nginx", statement.Header("Server") ?? "nginx");
        Assert.All(
            ["ETag", "Last-Modified", "Expires", "Cache-Control", "X-Powered-By"],
            name => Assert.Null(statement.Header(name)));
        stack.Post(1, RawRequest.Body).AssertOk();
        stack.Get("/health").AssertOk();
        Assert.Equal("3.1.1", stack.Get("/openapi.json").AssertOk().Json.GetProperty("openapi").GetString());
        stack.Get("/metrics").AssertProblem(403);
        stack.Get("/clientes/6/extrato").AssertProblem(404);
        stack.Post(1, "{").AssertProblem(422);
        stack.Post(1, RawRequest.Body, "text/plain").AssertProblem(415);
        stack.Post(1, new string(' ', Limits.BodyBytesMax + 1)).AssertProblem(413);
        Assert.Equal(
            "GET, HEAD", stack.Send(RawRequest.Of("PUT", "/clientes/1/extrato")).AssertProblem(405).Header("Allow"));
    }

    [Fact]
    public void Requests_of_every_form_pass_through_nginx()
    {
        using var connection = stack.Connect();
        connection.Exchange(RawRequest.PostChunked(Path, RawRequest.Body, 5)).AssertOk();
        connection.Send(RawRequest.Post(Path, RawRequest.Body, RawRequest.Json, "Expect: 100-continue"));
        Assert.Equal(100, connection.Receive().Status);
        connection.Receive().AssertOk();
        connection.Send([.. RawRequest.Get("/health"), .. RawRequest.Get("/clientes/1/extrato")]);
        connection.Receive().AssertOk();
        connection.Receive().AssertOk();
        Assert.Equal(200, connection.Exchange(RawRequest.Of("HEAD", "/clientes/1/extrato"), head: true).Status);
        foreach (var value in RawRequest.Credit)
        {
            connection.Send([value]);
        }

        connection.Receive().AssertOk();
        connection.Exchange(RawRequest.Get("/health", "Connection: close")).AssertOk();
        Assert.True(connection.IsEnded());
    }

    [Theory]
    [InlineData("GET /health HTTP/1.1\r\n\r\n", 400, "bad-request")]
    [InlineData("GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "bad-request")]
    [InlineData("get /health HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad-request")]
    [InlineData("TRACE /health HTTP/1.1\r\nHost: a\r\n\r\n", 405, "method-not-allowed")]
    [InlineData("GET /health HTTP/2.0\r\nHost: a\r\n\r\n", 505, "version-not-supported")]
    [InlineData("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n", 413, "body-too-large")]
    [InlineData("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501, "not-implemented")]
    public void Nginx_reports_its_own_errors_as_problems_too(string request, int status, string type)
    {
        using var connection = stack.Connect();
        connection.Send(request);
        var answer = connection.Receive().AssertProblem(status, type);
        Assert.Equal(status == 405 ? "GET, HEAD" : null, answer.Header("Allow"));
    }

    [Fact]
    public void Nginx_reports_oversized_requests_as_problems_too()
    {
        stack.Get("/" + new string('x', 20_000)).AssertProblem(414);
        stack.Send(RawRequest.Get("/health", "X: " + new string('x', 20_000))).AssertProblem(400);
        stack.Post(1, new string(' ', 20_000)).AssertProblem(413);
    }

    [Fact]
    public void A_killed_API_fails_no_GET_and_no_POST_is_applied_twice()
    {
        AwaitBoth();
        using var posts = new PostLoad(stack.Connect, threads: 4, prefix: "p");
        var done = false;
        var gets = 0;
        var failed = 0;

        void GetRepeatedly()
        {
            using var connection = stack.Connect();
            while (!Volatile.Read(ref done))
            {
                Interlocked.Increment(ref gets);
                if (connection.Exchange(RawRequest.Get("/clientes/1/extrato")).Status != 200)
                {
                    Interlocked.Increment(ref failed);
                }
            }
        }

        void KillInTurn()
        {
            try
            {
                foreach (var name in new[] { "api01", "api02", "api01" })
                {
                    posts.AwaitAnswered(200);
                    stack.KillAndAwaitRestart(name);
                    AwaitBoth();
                }
            }
            finally
            {
                Volatile.Write(ref done, true);
            }
        }

        ParallelThreads.Run(GetRepeatedly, GetRepeatedly, KillInTurn);
        posts.Stop();

        Assert.Equal(0, failed);
        Assert.True(gets > 0);
        posts.AssertKept(stack.DatabasePath);
        LedgerRows.AssertBalanced(stack.DatabasePath);
    }

    [Fact]
    public void A_POST_that_died_with_its_API_is_not_sent_to_the_other()
    {
        const int count = 10;
        AwaitBoth();
        var before = LedgerRows.Query(stack.DatabasePath, "SELECT count(*) FROM transacoes");
        var connections = Enumerable.Range(0, count).Select(_ => stack.Connect()).ToList();
        using (LedgerRows.Lock(stack.DatabasePath))
        {
            // They wait for the lock, half of them in each API. Once the GET is answered, nginx has passed them on.
            connections.ForEach(connection => connection.Send(RawRequest.Credit));
            stack.Get("/clientes/1/extrato").AssertOk();
            stack.Kill("api01");
            Wait.Until(() => connections.Any(connection => connection.HasMore()), "a post ends with its API");
        }

        var statuses = connections.Select(connection => connection.Receive().Status).ToList();
        connections.ForEach(connection => connection.Dispose());
        Assert.All(statuses, status => Assert.True(status is 200 or 502, $"{status}"));
        Assert.Contains(502, statuses);
        Assert.Equal(
            before + statuses.Count(status => status == 200),
            LedgerRows.Query(stack.DatabasePath, "SELECT count(*) FROM transacoes"));
        Wait.Until(() => stack.IsRunning("api01"), "the killed API runs again");
    }

    [Fact]
    public void Without_any_API_the_answer_is_502_and_only_a_read_may_be_retried()
    {
        stack.WithoutSupervisor(() =>
        {
            stack.Kill("api01");
            stack.Kill("api02");

            Assert.Equal("1", stack.Get("/clientes/1/extrato").AssertProblem(502).Header("Retry-After"));
            // nginx cannot know whether a post was applied.
            Assert.Null(stack.Post(1, RawRequest.Body).AssertProblem(502).Header("Retry-After"));
        });

        Wait.Until(() => stack.Get("/health").Status == 200, "the stack is whole again");
        Wait.Until(() => stack.IsRunning("api01") && stack.IsRunning("api02"), "both APIs run again");
    }

    private void Get100Times()
    {
        using var connection = stack.Connect();
        for (var count = 0; count < 100; count++)
        {
            connection.Exchange(RawRequest.Get("/clientes/1/extrato")).AssertOk();
        }
    }

    // nginx skips an API for a second after it failed; both are in use only after that.
    private void AwaitBoth()
    {
        Wait.Until(() => s_apis.All(api => stack.IsRunning(api) && Listens(api)), "both APIs run");
        Wait.Until(
            () =>
            {
                var before = Statements();
                ParallelThreads.Run(4, _ => Get100Times());
                return Statements().Zip(before).All(pair => pair.First > pair.Second);
            },
            "both APIs get requests");
    }

    private bool Listens(string api)
    {
        try
        {
            stack.ConnectTo(api).Dispose();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    // How many statements each API has answered since its start.
    private double[] Statements() => [.. s_apis.Select(name =>
    {
        using var api = stack.ConnectTo(name);
        return MetricsText.Parse(api.Exchange(RawRequest.Get("/metrics")).Text)[
            "rinha_http_requests_total{operation=\"statement\",status=\"200\"}"];
    })];
}
