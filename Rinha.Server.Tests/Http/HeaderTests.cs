namespace Rinha.Server.Tests.Http;

/// <summary>Response headers, and request headers that are too many or wrong.</summary>
public abstract class HeaderTests<TBank>(TBank bank) : IClassFixture<TBank>
    where TBank : class, IBank
{
    private static readonly string[] s_unwanted =
    [
        "Server", "X-Powered-By", "ETag", "Last-Modified", "Expires", "Cache-Control", "Age", "Vary", "Set-Cookie",
        "Transfer-Encoding",
    ];

    [Fact]
    public void No_answer_names_the_server_or_lets_itself_be_cached()
    {
        RawResponse[] responses =
        [
            bank.Get("/clientes/1/extrato"),
            bank.Get("/clientes/6/extrato"),
            bank.Get("/health"),
            bank.Get("/nothing"),
            bank.Post(1, RawRequest.Body),
            bank.Post(1, "{"),
            bank.Post(1, RawRequest.Body, "text/plain"),
            bank.Post(1, new string(' ', 5000)),
            bank.Send(RawRequest.Post("/reset", "")),
            bank.Send(RawRequest.Of("PUT", "/health")),
        ];
        foreach (var response in responses)
        {
            Assert.All(s_unwanted, name => Assert.Null(response.Header(name)));
            Assert.NotNull(response.Header("Content-Length"));
            Assert.True(DateTime.TryParseExact(
                response.Header("Date"), "R", CultureInfo.InvariantCulture, DateTimeStyles.None, out _));
        }
    }

    [Fact]
    public void A_kept_connection_is_not_announced_and_a_closed_one_is()
    {
        Assert.Null(bank.Get("/health").Header("Connection"));
        Assert.Equal("close", bank.Send(RawRequest.Get("/health", "Connection: close")).Header("Connection"));
        Assert.Equal("close", bank.Post(1, new string(' ', 5000)).Header("Connection"));
    }

    [Fact]
    public void Headers_of_one_answer_do_not_stay_for_the_next()
    {
        using var connection = bank.Connect();
        Assert.NotNull(connection.Exchange(RawRequest.Of("PUT", "/health")).Header("Allow"));
        Assert.Null(connection.Exchange(RawRequest.Get("/health")).AssertOk().Header("Allow"));
    }

    [Theory]
    [MemberData(nameof(BrokenRequests.All), MemberType = typeof(BrokenRequests))]
    public void What_is_not_HTTP_is_refused_and_ends_the_connection(string request, int status)
    {
        using var connection = bank.Connect();
        connection.Send(request);

        Assert.Equal(status, connection.Receive().Status);
        Assert.True(connection.IsEnded());
    }

    [Fact]
    public void HTTP_2_is_not_spoken()
    {
        using var connection = bank.Connect();
        connection.Send("GET /health HTTP/2.0\r\nHost: a\r\n\r\n");

        Assert.Equal(505, connection.Receive().Status);
        Assert.True(connection.IsEnded());
    }

    [Fact]
    public void A_request_line_that_is_too_long_is_414()
    {
        using var connection = bank.Connect();
        connection.Send(RawRequest.Get("/" + new string('x', Limits.RequestLineBytesMax)));

        Assert.Equal(414, connection.Receive().Status);
        Assert.True(connection.IsEnded());
    }

    [Fact]
    public void Headers_that_are_too_large_are_431()
    {
        using var connection = bank.Connect();
        connection.Send(RawRequest.Get("/health", "X: " + new string('x', Limits.RequestHeadersBytesMax)));

        Assert.Equal(431, connection.Receive().Status);
        Assert.True(connection.IsEnded());
    }

    [Fact]
    public void Headers_that_are_too_many_are_431()
    {
        using var connection = bank.Connect();
        connection.Send(RawRequest.Get(
            "/health", [.. Enumerable.Range(0, Limits.RequestHeaderCountMax).Select(number => $"X-{number}: 1")]));

        Assert.Equal(431, connection.Receive().Status);
        Assert.True(connection.IsEnded());
    }

    [Fact]
    public void Header_names_are_taken_in_any_case()
    {
        var body = RawRequest.Body;
        string[] heads =
        [
            $"HOST: localhost\r\nCONTENT-TYPE: application/json\r\nCONTENT-LENGTH: {body.Length}",
            $"host: localhost\r\ncontent-type: application/json\r\ncontent-length: {body.Length}",
            $"hOsT: localhost\r\ncOnTeNt-TyPe: application/json\r\ncOnTeNt-LeNgTh: {body.Length}",
        ];
        foreach (var head in heads)
        {
            using var connection = bank.Connect();
            connection.Send($"POST /clientes/1/transacoes HTTP/1.1\r\n{head}\r\n\r\n{body}");
            connection.Receive().AssertOk();
        }
    }

    [Fact]
    public void Bytes_above_127_are_no_error()
    {
        using var connection = bank.Connect();
        connection.Send("GET /health HTTP/1.1\r\nHost: a\r\nUser-Agent: caf"u8);
        connection.Send([0xE9, .. "\r\nX-Other: "u8, 0xFF, .. "\r\n\r\n"u8]);

        connection.Receive().AssertOk();
    }

    // What Java's HttpClient sends with every request of a new connection.
    [Fact]
    public void An_offer_of_HTTP_2_is_not_taken_up()
    {
        string[] offer =
            ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABk"];
        var post = RawRequest.Post("/clientes/1/transacoes", RawRequest.Body, RawRequest.Json, offer);
        using var connection = bank.Connect();
        connection.Exchange(RawRequest.Get("/health", offer)).AssertOk();
        connection.Exchange(post).AssertOk();
        connection.Exchange(RawRequest.Get("/health")).AssertOk();
    }

    [Fact]
    public void Cookies_and_other_headers_change_nothing() =>
        bank.Send(RawRequest.Get(
            "/clientes/1/extrato",
            "Cookie: a=b",
            "Accept: text/plain",
            "Accept-Encoding: gzip, br",
            "If-None-Match: *",
            "If-Modified-Since: Fri, 31 Dec 2100 23:59:59 GMT",
            "Range: bytes=0-1",
            "X-HTTP-Method-Override: DELETE"))
            .AssertOk();
}

public sealed class InProcessHeaderTests(InProcessBank bank) : HeaderTests<InProcessBank>(bank);

public sealed class AotHeaderTests(AotBank bank) : HeaderTests<AotBank>(bank);

public sealed class PostgresHeaderTests(PostgresBank bank) : HeaderTests<PostgresBank>(bank);
