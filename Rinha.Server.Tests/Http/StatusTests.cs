namespace Rinha.Server.Tests.Http;

public abstract class StatusTests<TBank>(TBank bank) : HttpContract<TBank>(bank)
    where TBank : class, IBank
{
    private const string NotUsable = "{";
    private static readonly string s_tooLarge = new(' ', Limits.BodyBytesMax + 1);

    [Theory]
    [MemberData(nameof(HttpCases.UnknownPaths), MemberType = typeof(HttpCases))]
    public void An_unknown_path_is_404_whatever_the_method(string path)
    {
        Bank.Get(path).AssertProblem(404, "unknown-path");
        Bank.Send(RawRequest.Post(path, RawRequest.Body)).AssertProblem(404);
        Bank.Send(RawRequest.Of("DELETE", path)).AssertProblem(404);
    }

    [Theory]
    [MemberData(nameof(HttpCases.NotIds), MemberType = typeof(HttpCases))]
    [InlineData("6")]
    [InlineData("100")]
    [InlineData("999999999999999999")]
    public void An_unknown_account_is_404_whatever_else_is_wrong(string id)
    {
        Bank.Get($"/clientes/{id}/extrato").AssertProblem(404);
        var path = $"/clientes/{id}/transacoes";
        Bank.Get(path).AssertProblem(404);
        Bank.Get(path + "?limite=0").AssertProblem(404);
        Bank.Send(RawRequest.Post(path, RawRequest.Body)).AssertProblem(404);
        Bank.Send(RawRequest.Post(path, RawRequest.Body, RawRequest.Json, "Idempotency-Key: a b")).AssertProblem(404);
        Bank.Send(RawRequest.Post(path, NotUsable)).AssertProblem(404);
        Bank.Send(RawRequest.Post(path, RawRequest.Body, "text/plain")).AssertProblem(404);
        Bank.Send(RawRequest.Post(path, s_tooLarge)).AssertProblem(404);
        Bank.Send(RawRequest.PostChunked(path, s_tooLarge, 1000)).AssertProblem(404);
    }

    [Theory]
    [InlineData("/clientes/1/transacoes", "GET, HEAD, POST")]
    [InlineData("/clientes/6/transacoes", "GET, HEAD, POST")]
    [InlineData("/clientes/1/transacoes/1", "GET, HEAD")]
    [InlineData("/clientes/1/extrato", "GET, HEAD")]
    [InlineData("/health", "GET, HEAD")]
    [InlineData("/openapi.json", "GET, HEAD")]
    [InlineData("/health/live", "GET, HEAD")]
    [InlineData("/metrics", "GET, HEAD")]
    [InlineData("/reset", "POST")]
    public void Another_method_is_405_with_Allow_and_without_CORS_headers(string path, string allow)
    {
        string[] methods =
            ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "X", "get", "post"];
        foreach (var method in methods.Except(allow.Split(", ")))
        {
            using var connection = Bank.Connect();
            // CORS preflights get no permission.
            var response = connection.Exchange(
                RawRequest.Of(
                    method,
                    path,
                    headers: ["Origin: http://elsewhere.example", "Access-Control-Request-Method: POST"]),
                head: method == "HEAD");
            Assert.Equal(405, response.Status);
            Assert.Equal(allow, response.Header("Allow"));
            Assert.DoesNotContain(
                response.Headers,
                header => header.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
            if (method != "HEAD")
            {
                response.AssertProblem(405);
            }
        }
    }

    [Theory]
    [MemberData(nameof(HttpCases.NotJson), MemberType = typeof(HttpCases))]
    [InlineData(null)]
    public void A_body_not_declared_as_JSON_is_415(string? contentType)
    {
        Bank.Post(1, RawRequest.Body, contentType).AssertProblem(415);
        Bank.Post(1, s_tooLarge, contentType).AssertProblem(415);
        Bank.Post(1, NotUsable, contentType).AssertProblem(415);
    }

    [Theory]
    [MemberData(nameof(HttpCases.Json), MemberType = typeof(HttpCases))]
    public void A_body_declared_once_as_JSON_is_accepted(string contentType)
    {
        Bank.Post(1, RawRequest.Body, contentType).AssertOk();
        Bank.Send(RawRequest.Post(Path, RawRequest.Body, contentType, "Content-Type: application/json"))
            .AssertProblem(415);
    }

    [Theory]
    [InlineData(Limits.BodyBytesMax, 200)]
    [InlineData(Limits.BodyBytesMax + 1, 413)]
    [InlineData(10_000, 413)]
    [InlineData(1_000_000, 413)]
    public void A_body_of_more_than_4096_bytes_is_413_even_when_it_is_sent_whole(int bytes, int status)
    {
        var body = RawRequest.Body.PadRight(bytes);

        Assert.Equal(status, Bank.Post(1, body).Status);
        Assert.Equal(status, Bank.Send(RawRequest.PostChunked(Path, body, 100)).Status);
    }

    [Theory]
    [InlineData("4097")]
    [InlineData("2147483648")]
    [InlineData("9223372036854775807")]
    public void A_body_announced_as_too_large_is_413_before_it_is_sent(string length) => Bank
        .Send(RawRequest.Of("POST", Path, headers: ["Content-Type: application/json", $"Content-Length: {length}"]))
        .AssertProblem(413);

    [Theory]
    [InlineData("?")]
    [InlineData("?a=b&c=d")]
    [InlineData("?/clientes/6/extrato")]
    [InlineData("?id=6#x")]
    public void A_query_string_changes_nothing(string query)
    {
        Bank.Get("/clientes/1/extrato" + query).AssertOk();
        Bank.Get("/clientes/6/extrato" + query).AssertProblem(404);
        Bank.Send(RawRequest.Post(Path + query, RawRequest.Body)).AssertOk();
    }

    [Fact]
    public void Percent_encoded_paths_and_absolute_targets_are_understood()
    {
        Bank.Get("/clientes/%31/extrato").AssertOk();
        Bank.Get("/client%65s/1/%65xtrato").AssertOk();
        Bank.Get("/clientes/1%2Fextrato").AssertProblem(404);
        Bank.Get("/clientes/%00/extrato").AssertStatusIn(400, 404);
        Bank.Get("/clientes/%C3%A7/extrato").AssertProblem(404);
        Bank.Get("http://localhost/clientes/1/extrato").AssertOk();
    }

    // A proxy blocks /metrics and /reset by name, so the server must not accept other spellings.
    [Theory]
    [MemberData(nameof(HttpCases.OtherSpellings), MemberType = typeof(HttpCases))]
    public void Metrics_and_reset_have_one_spelling(string before, string after)
    {
        Bank.Get("/metrics").AssertStatusIn(200);
        Bank.Get("/metrics?format=text").AssertStatusIn(200);
        Bank.Post(1, 5, 'c', "kept").AssertOk();
        using var connection = Bank.Connect();
        connection.Exchange(RawRequest.Get($"{before}metrics{after}")).AssertProblem(404);
        connection.Exchange(RawRequest.Post($"{before}reset{after}", "")).AssertProblem(404);
        Assert.Contains("kept", Bank.Statement(1).Descriptions());
    }

    [Theory]
    [InlineData("/clientes/1/extrato", 200)]
    [InlineData("/clientes/6/extrato", 404)]
    [InlineData("/clientes/1/transacoes", 200)]
    [InlineData("/clientes/1/transacoes/1", 404)]
    [InlineData("/health", 200)]
    [InlineData("/openapi.json", 200)]
    [InlineData("/health/live", 200)]
    public void HEAD_is_GET_without_the_body(string path, int status)
    {
        using var connection = Bank.Connect();
        var get = connection.Exchange(RawRequest.Get(path));
        var head = connection.Exchange(RawRequest.Of("HEAD", path), head: true);

        Assert.Equal((status, status), (get.Status, head.Status));
        Assert.Equal(get.Header("Content-Type"), head.Header("Content-Type"));
        Assert.Equal(get.Header("Content-Length"), head.Header("Content-Length"));
        // The next response follows directly: there was no body.
        Assert.Equal(status, connection.Exchange(RawRequest.Get(path)).Status);
    }

    // Kestrel refuses these before the application sees them.
    [Theory]
    [InlineData("GET /health HTTP/1.1\r\n\r\n", 400, "bad-request")]
    [InlineData("GET /health\r\n", 400, "bad-request")]
    [InlineData("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400, "bad-request")]
    [InlineData("GET * HTTP/1.1\r\nHost: a\r\n\r\n", 405, "method-not-allowed")]
    [InlineData("GET /health HTTP/2.0\r\nHost: a\r\n\r\n", 505, "version-not-supported")]
    public void What_is_not_HTTP_is_refused_with_a_problem_and_ends_the_connection(
        string request, int status, string type)
    {
        using var connection = Bank.Connect();
        connection.Exchange(RawRequest.Get("/health")).AssertOk();
        connection.Send(request);
        connection.Receive().AssertProblem(status, type);
        Assert.True(connection.IsEnded());
    }

    [Fact]
    public void Health_has_a_status_and_a_time()
    {
        var json = Bank.Get("/health").AssertOk().Json;

        Assert.Equal("healthy", json.GetProperty("status").GetString());
        Assert.InRange(
            json.GetProperty("timestamp").GetDateTimeOffset(),
            DateTimeOffset.UtcNow.AddSeconds(-10),
            DateTimeOffset.UtcNow.AddSeconds(1));
    }

    // Another site's page cannot reset the ledger with what needs no preflight: a form, fetch with no-cors.
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("text/plain")]
    [InlineData("text/plain; application/json")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data; boundary=x")]
    public void A_reset_not_declared_as_JSON_is_415_and_changes_nothing(string? contentType)
    {
        Bank.Post(1, 5, 'c', "kept").AssertOk();

        Bank.Send(RawRequest.Post("/reset", "", contentType)).AssertProblem(415);
        Bank.Send(RawRequest.Post("/reset", "{}", contentType)).AssertProblem(415);

        Assert.Contains("kept", Bank.Statement(1).Descriptions());
    }
}

public sealed class AotStatusTests(AotBank bank) : StatusTests<AotBank>(bank);

public sealed class PostgresStatusTests(PostgresBank bank) : StatusTests<PostgresBank>(bank);
