namespace Rinha.Server.Tests.Http;

/// <summary>Which status each path, method and media type gets.</summary>
public abstract class StatusTests<TBank>(TBank bank) : IClassFixture<TBank>
    where TBank : class, IBank
{
    private const string NotUsable = "{";
    private static readonly string s_tooLarge = new(' ', Limits.BodyBytesMax + 1);

    [Theory]
    [MemberData(nameof(Paths.Unknown), MemberType = typeof(Paths))]
    public void An_unknown_path_is_404_whatever_the_method(string path)
    {
        bank.Get(path).AssertProblem(404);
        bank.Send(RawRequest.Post(path, RawRequest.Body)).AssertProblem(404);
        bank.Send(RawRequest.Of("DELETE", path)).AssertProblem(404);
    }

    [Theory]
    [MemberData(nameof(Paths.NotIntegers), MemberType = typeof(Paths))]
    [InlineData("6")]
    [InlineData("100")]
    [InlineData("999999999999999999")]
    public void An_id_that_is_nobodys_is_404_before_anything_else_is_judged(string id)
    {
        bank.Get($"/clientes/{id}/extrato").AssertProblem(404);
        var path = $"/clientes/{id}/transacoes";
        bank.Get(path).AssertProblem(404);
        bank.Get(path + "?limite=0").AssertProblem(404);
        bank.Send(RawRequest.Post(path, RawRequest.Body)).AssertProblem(404);
        bank.Send(RawRequest.Post(path, NotUsable)).AssertProblem(404);
        bank.Send(RawRequest.Post(path, "")).AssertProblem(404);
        bank.Send(RawRequest.Post(path, RawRequest.Body, "text/plain")).AssertProblem(404);
        bank.Send(RawRequest.Post(path, RawRequest.Body, null)).AssertProblem(404);
        bank.Send(RawRequest.Post(path, s_tooLarge)).AssertProblem(404);
        bank.Send(RawRequest.PostChunked(path, s_tooLarge, 1000)).AssertProblem(404);
    }

    [Theory]
    [InlineData("/clientes/1/transacoes", "GET, HEAD, POST")]
    [InlineData("/clientes/6/transacoes", "GET, HEAD, POST")]
    [InlineData("/clientes/1/extrato", "GET, HEAD")]
    [InlineData("/health", "GET, HEAD")]
    [InlineData("/openapi.json", "GET, HEAD")]
    [InlineData("/health/live", "GET, HEAD")]
    [InlineData("/reset", "POST")]
    public void Another_method_is_405_and_told_which_are_allowed(string path, string allow)
    {
        string[] methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "X"];
        foreach (var method in methods.Except(allow.Split(", ")))
        {
            using var connection = bank.Connect();
            var response = connection.Exchange(RawRequest.Of(method, path), head: method == "HEAD");
            Assert.Equal(405, response.Status);
            Assert.Equal(allow, response.Header("Allow"));
            if (method != "HEAD")
            {
                response.AssertProblem(405);
            }
        }
    }

    [Fact]
    public void A_method_in_lower_case_is_another_method()
    {
        bank.Send(RawRequest.Of("get", "/clientes/1/extrato")).AssertProblem(405);
        bank.Send(RawRequest.Of("post", "/reset")).AssertProblem(405);
    }

    [Theory]
    [MemberData(nameof(MediaTypesTests.NotJson), MemberType = typeof(MediaTypesTests))]
    [InlineData(null)]
    [InlineData("")]
    public void A_body_that_does_not_say_JSON_is_415(string? contentType)
    {
        bank.Post(1, RawRequest.Body, contentType).AssertProblem(415);
        bank.Post(1, s_tooLarge, contentType).AssertProblem(415);
        bank.Post(1, NotUsable, contentType).AssertProblem(415);
    }

    [Theory]
    [MemberData(nameof(MediaTypesTests.Json), MemberType = typeof(MediaTypesTests))]
    public void A_body_that_says_JSON_is_taken(string contentType) =>
        bank.Post(1, RawRequest.Body, contentType).AssertOk();

    [Fact]
    public void Two_content_types_are_415() =>
        bank.Send(RawRequest.Post(
            "/clientes/1/transacoes", RawRequest.Body, RawRequest.Json, "Content-Type: application/json"))
            .AssertProblem(415);

    [Fact]
    public void A_body_of_4096_bytes_is_read_and_one_more_byte_is_413()
    {
        var longest = RawRequest.Body + new string(' ', Limits.BodyBytesMax - RawRequest.Body.Length);

        bank.Post(1, longest).AssertOk();
        bank.Post(1, longest + " ").AssertProblem(413);
        bank.Send(RawRequest.PostChunked("/clientes/1/transacoes", longest, 100)).AssertOk();
        bank.Send(RawRequest.PostChunked("/clientes/1/transacoes", longest + " ", 100)).AssertProblem(413);
    }

    [Theory]
    [InlineData(10_000)]
    [InlineData(1_000_000)]
    public void A_much_too_large_body_that_is_sent_whole_still_gets_its_413(int bytes)
    {
        var body = new string(' ', bytes);

        bank.Post(1, body).AssertProblem(413);
        bank.Send(RawRequest.PostChunked("/clientes/1/transacoes", body, 4000)).AssertProblem(413);
    }

    [Fact]
    public void A_body_announced_as_too_large_is_413_before_it_is_sent()
    {
        foreach (var length in new[] { "4097", "2147483648", "9223372036854775807" })
        {
            string[] headers = ["Content-Type: application/json", $"Content-Length: {length}"];
            bank.Send(RawRequest.Of("POST", "/clientes/1/transacoes", headers: headers)).AssertProblem(413);
        }
    }

    [Theory]
    [InlineData("?")]
    [InlineData("?a=b&c=d")]
    [InlineData("?/clientes/6/extrato")]
    [InlineData("?id=6#x")]
    public void A_query_string_changes_nothing(string query)
    {
        bank.Get("/clientes/1/extrato" + query).AssertOk();
        bank.Get("/clientes/6/extrato" + query).AssertProblem(404);
        bank.Send(RawRequest.Post("/clientes/1/transacoes" + query, RawRequest.Body)).AssertOk();
    }

    [Fact]
    public void An_encoded_path_is_the_path_it_encodes()
    {
        bank.Get("/clientes/%31/extrato").AssertOk();
        bank.Get("/client%65s/1/%65xtrato").AssertOk();
        bank.Get("/clientes/1%2Fextrato").AssertProblem(404);
        bank.Get("/clientes/%00/extrato").AssertStatusIn(400, 404);
        bank.Get("/clientes/%C3%A7/extrato").AssertProblem(404);
    }

    // A proxy that refuses /metrics or /reset refuses it by this name; what it makes of another one is its own affair.
    [Theory]
    [MemberData(nameof(Paths.OtherSpellings), MemberType = typeof(Paths))]
    public void Metrics_and_reset_have_one_spelling(string before, string after)
    {
        bank.Get("/metrics").AssertStatusIn(200);
        bank.Get("/metrics?format=text").AssertStatusIn(200);
        bank.Post(1, 5, 'c', "kept").AssertOk();
        using var connection = bank.Connect();
        connection.Exchange(RawRequest.Get($"{before}metrics{after}")).AssertProblem(404);
        connection.Exchange(RawRequest.Post($"{before}reset{after}", "")).AssertProblem(404);
        Assert.Contains("kept", bank.Statement(1).Descriptions());
    }

    [Fact]
    public void An_absolute_target_is_the_path_in_it() =>
        bank.Send(RawRequest.Get("http://localhost/clientes/1/extrato")).AssertOk();

    [Theory]
    [InlineData("/clientes/1/extrato")]
    [InlineData("/clientes/1/transacoes")]
    [InlineData("/health")]
    [InlineData("/openapi.json")]
    [InlineData("/health/live")]
    public void HEAD_is_GET_without_the_body(string path)
    {
        using var connection = bank.Connect();
        var get = connection.Exchange(RawRequest.Get(path)).AssertOk();
        var head = connection.Exchange(RawRequest.Of("HEAD", path), head: true);

        Assert.Equal(200, head.Status);
        Assert.Equal(get.Header("Content-Type"), head.Header("Content-Type"));
        Assert.Equal(get.Header("Content-Length"), head.Header("Content-Length"));
        // The next response follows at once: there was no body.
        connection.Exchange(RawRequest.Get(path)).AssertOk();
    }

    [Fact]
    public void HEAD_of_nobody_is_404()
    {
        using var connection = bank.Connect();
        Assert.Equal(404, connection.Exchange(RawRequest.Of("HEAD", "/clientes/6/extrato"), head: true).Status);
        connection.Exchange(RawRequest.Get("/health")).AssertOk();
    }

    [Fact]
    public void Health_says_healthy_and_when()
    {
        var json = bank.Get("/health").AssertOk().Json;

        Assert.Equal("healthy", json.GetProperty("status").GetString());
        Assert.InRange(
            json.GetProperty("timestamp").GetDateTimeOffset(),
            DateTimeOffset.UtcNow.AddSeconds(-10),
            DateTimeOffset.UtcNow.AddSeconds(1));
    }

    [Fact]
    public void A_reset_takes_every_balance_to_zero()
    {
        bank.Post(1, 5, 'c', "x").AssertOk();

        var response = bank.Send(RawRequest.Post("/reset", ""));

        Assert.Equal(200, response.Status);
        Assert.Empty(response.Body);
        Assert.Equal(0, bank.Statement(1).Balance());
        Assert.Empty(bank.Statement(1).Descriptions());
    }

    // What a page of another site can send without a preflight (a form, fetch with no-cors) empties no ledger.
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("text/plain")]
    [InlineData("text/plain; application/json")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data; boundary=x")]
    public void A_reset_that_does_not_say_JSON_is_415_and_changes_nothing(string? contentType)
    {
        bank.Post(1, 5, 'c', "kept").AssertOk();

        bank.Send(RawRequest.Post("/reset", "", contentType)).AssertProblem(415);
        bank.Send(RawRequest.Post("/reset", "{}", contentType)).AssertProblem(415);

        Assert.Contains("kept", bank.Statement(1).Descriptions());
    }

    [Fact]
    public void A_preflight_gets_no_permission()
    {
        using var connection = bank.Connect();
        var answer = connection.Exchange(RawRequest.Of(
            "OPTIONS",
            "/reset",
            headers:
            [
                "Origin: http://elsewhere.example",
                "Access-Control-Request-Method: POST",
                "Access-Control-Request-Headers: content-type",
            ]));

        answer.AssertProblem(405);
        Assert.DoesNotContain(
            answer.Headers, header => header.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void No_status_depends_on_the_connection_being_new()
    {
        using var connection = bank.Connect();
        for (var round = 0; round < 3; round++)
        {
            connection.Exchange(RawRequest.Get("/clientes/1/extrato")).AssertOk();
            connection.Exchange(RawRequest.Get("/clientes/6/extrato")).AssertProblem(404);
            connection.Exchange(RawRequest.Post("/clientes/1/transacoes", NotUsable)).AssertProblem(422);
            connection.Exchange(RawRequest.Post("/clientes/1/transacoes", "x", "text/plain")).AssertProblem(415);
            connection.Exchange(RawRequest.Post("/clientes/6/transacoes", "x", "text/plain")).AssertProblem(404);
            connection.Exchange(RawRequest.Of("PUT", "/clientes/1/extrato")).AssertProblem(405);
            connection.Exchange(RawRequest.Post("/clientes/1/transacoes", RawRequest.Body)).AssertOk();
        }
    }
}

public sealed class InProcessStatusTests(InProcessBank bank) : StatusTests<InProcessBank>(bank);

public sealed class AotStatusTests(AotBank bank) : StatusTests<AotBank>(bank);

public sealed class PostgresStatusTests(PostgresBank bank) : StatusTests<PostgresBank>(bank);
