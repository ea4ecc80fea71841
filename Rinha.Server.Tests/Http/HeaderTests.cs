namespace Rinha.Server.Tests.Http;

public abstract class HeaderTests<TBank>(TBank bank) : HttpContract<TBank>(bank)
    where TBank : class, IBank
{
    private static readonly string[] s_unwanted =
    [
        "Server", "X-Powered-By", "ETag", "Last-Modified", "Expires", "Cache-Control", "Age", "Vary", "Set-Cookie",
        "Transfer-Encoding",
    ];

    [Fact]
    public void No_answer_names_the_server_or_may_be_cached()
    {
        RawResponse[] responses =
        [
            Bank.Get("/clientes/1/extrato"),
            Bank.Get("/clientes/6/extrato"),
            Bank.Get("/health"),
            Bank.Get("/nothing"),
            Bank.Post(1, RawRequest.Body),
            Bank.Post(1, "{"),
            Bank.Post(1, RawRequest.Body, "text/plain"),
            Bank.Post(1, new string(' ', 5000)),
            Bank.Send(RawRequest.Post("/reset", "")),
            Bank.Send(RawRequest.Of("PUT", "/health")),
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
    public void Only_an_answer_that_closes_its_connection_has_a_Connection_header()
    {
        Assert.Null(Bank.Get("/health").Header("Connection"));
        Assert.Equal("close", Bank.Send(RawRequest.Get("/health", "Connection: close")).Header("Connection"));
        Assert.Equal("close", Bank.Post(1, new string(' ', 5000)).Header("Connection"));
    }

    [Fact]
    public void Headers_of_one_answer_do_not_leak_into_the_next()
    {
        using var connection = Bank.Connect();
        Assert.NotNull(connection.Exchange(RawRequest.Of("PUT", "/health")).Header("Allow"));
        Assert.Null(connection.Exchange(RawRequest.Get("/health")).AssertOk().Header("Allow"));
    }

    [Fact]
    public void Header_names_are_case_insensitive()
    {
        var head = $"Host: localhost\r\nContent-Type: application/json\r\nContent-Length: {RawRequest.Body.Length}";
        foreach (var spelling in new[] { head.ToUpperInvariant(), head.ToLowerInvariant() })
        {
            using var connection = Bank.Connect();
            connection.Send($"POST {Path} HTTP/1.1\r\n{spelling}\r\n\r\n{RawRequest.Body}");
            connection.Receive().AssertOk();
        }
    }

    [Theory]
    [MemberData(nameof(HttpCases.OtherHeaders), MemberType = typeof(HttpCases))]
    public void Other_headers_change_nothing(string headers) => HttpCases.AssertHeadersChangeNothing(Bank, headers);
}

public sealed class AotHeaderTests(AotBank bank) : HeaderTests<AotBank>(bank);

public sealed class PostgresHeaderTests(PostgresBank bank) : HeaderTests<PostgresBank>(bank);
