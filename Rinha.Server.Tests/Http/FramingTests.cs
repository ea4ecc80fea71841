namespace Rinha.Server.Tests.Http;

/// <summary>HTTP/1.0 and 1.1 as they come over the wire: split, chunked, pipelined, kept alive or not.</summary>
public abstract class FramingTests<TBank> : IClassFixture<TBank>
    where TBank : class, IBank
{
    private const string Path = "/clientes/1/transacoes";
    private readonly TBank _bank;

    protected FramingTests(TBank bank)
    {
        _bank = bank;
        bank.Reset();
    }

    [Fact]
    public void A_post_split_at_every_byte_is_one_post() => SplitAtEveryByte(
        RawRequest.Post(Path, RawRequest.Body),
        (answer, split) => Assert.Equal(split, answer.AssertOk().Json.GetProperty("saldo").GetInt64()));

    [Fact]
    public void A_chunked_post_split_at_every_byte_is_one_post() => SplitAtEveryByte(
        RawRequest.PostChunked(Path, RawRequest.Body, 7),
        (answer, split) => Assert.Equal(split, answer.AssertOk().Json.GetProperty("saldo").GetInt64()));

    [Fact]
    public void Requests_that_come_byte_by_byte_are_answered()
    {
        using var connection = _bank.Connect();
        foreach (var request in new[] { RawRequest.Post(Path, RawRequest.Body), RawRequest.Get("/clientes/1/extrato") })
        {
            foreach (var value in request)
            {
                connection.Send([value]);
                connection.AwaitRead();
            }

            connection.Receive().AssertOk();
        }
    }

    [Fact]
    public void An_unusable_body_split_at_every_byte_is_422_and_the_connection_goes_on()
    {
        SplitAtEveryByte(
            RawRequest.Post(Path, """{"valor": 1.2, "tipo": "d", "descricao": "é"}"""),
            (answer, _) => answer.AssertProblem(422));

        Assert.Equal(0, _bank.Statement(1).Balance());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(1000)]
    public void Chunks_of_any_size_make_the_body(int chunkBytes)
    {
        using var connection = _bank.Connect();
        connection.Exchange(RawRequest.PostChunked(Path, RawRequest.Body, chunkBytes)).AssertOk();
        connection.Exchange(RawRequest.PostChunked(Path, "", chunkBytes)).AssertProblem(422);
        connection.Exchange(RawRequest.PostChunked(Path, RawRequest.Body, chunkBytes)).AssertOk();
    }

    [Fact]
    public void Chunk_extensions_and_trailers_are_passed_over()
    {
        using var connection = _bank.Connect();
        connection.Send(RawRequest.Of(
            "POST", Path, headers: ["Content-Type: application/json", "Transfer-Encoding: chunked"]));
        connection.Send($"{RawRequest.Body.Length:X};name=value\r\n{RawRequest.Body}\r\n0\r\nX-Trailer: 1\r\n\r\n");
        connection.Receive().AssertOk();
        connection.Exchange(RawRequest.Get("/health")).AssertOk();
    }

    [Theory]
    [InlineData("x\r\n")]
    [InlineData("-1\r\n")]
    [InlineData("FFFFFFFFFFFFFFFFF\r\n")]
    [InlineData("3\r\nabcd\r\n")]
    public void A_chunk_that_breaks_the_rules_is_400(string chunk)
    {
        using var connection = _bank.Connect();
        connection.Send(RawRequest.Of(
            "POST", Path, headers: ["Content-Type: application/json", "Transfer-Encoding: chunked"]));
        connection.Send(chunk);

        connection.Receive().AssertProblem(400);

        Assert.True(connection.IsEnded());
        Assert.Equal(0, _bank.Statement(1).Balance());
    }

    [Fact]
    public void A_body_is_asked_for_when_the_client_waits_for_that()
    {
        using var connection = _bank.Connect();
        for (var round = 1; round <= 3; round++)
        {
            var request = RawRequest.Post(Path, RawRequest.Body, RawRequest.Json, "Expect: 100-continue");
            connection.Send(request.AsSpan(0, request.Length - RawRequest.Body.Length));
            Assert.Equal(100, connection.Receive().Status);
            connection.Send(RawRequest.Body);
            Assert.Equal(round, connection.Receive().AssertOk().Json.GetProperty("saldo").GetInt64());
        }
    }

    [Theory]
    [InlineData("/clientes/1/transacoes", "application/json", 5000, 413)]
    [InlineData("/clientes/1/transacoes", "text/plain", 50, 415)]
    [InlineData("/clientes/6/transacoes", "text/plain", 50, 404)]
    [InlineData("/clientes/x/transacoes", "application/json", 50, 404)]
    [InlineData("/clientes/1/extrato", "application/json", 50, 405)]
    public void A_body_that_will_not_be_used_is_not_asked_for(string path, string type, int length, int status)
    {
        using var connection = _bank.Connect();
        connection.Send(RawRequest.Of(
            "POST", path, headers: [$"Content-Type: {type}", $"Content-Length: {length}", "Expect: 100-continue"]));
        connection.Receive().AssertProblem(status);
    }

    [Fact]
    public void Pipelined_requests_are_answered_in_their_order()
    {
        const int count = 100;
        using var connection = _bank.Connect();
        var requests = new List<byte>();
        for (var number = 0; number < count; number++)
        {
            requests.AddRange(RawRequest.Post(Path, RawRequest.Body));
            requests.AddRange(RawRequest.Get("/clientes/1/extrato"));
            requests.AddRange(RawRequest.Get("/clientes/6/extrato"));
            requests.AddRange(RawRequest.Post(Path, "{"));
        }

        connection.Send([.. requests]);

        for (var number = 1; number <= count; number++)
        {
            Assert.Equal(number, connection.Receive().AssertOk().Json.GetProperty("saldo").GetInt64());
            Assert.Equal(number, connection.Receive().AssertOk().Json.Balance());
            connection.Receive().AssertProblem(404);
            connection.Receive().AssertProblem(422);
        }

        Assert.False(connection.HasMore());
    }

    [Fact]
    public void A_connection_carries_a_thousand_requests()
    {
        using var connection = _bank.Connect();
        for (var number = 1; number <= 1000; number++)
        {
            var response = connection.Exchange(RawRequest.Post(Path, RawRequest.Body)).AssertOk();
            Assert.Equal(number, response.Json.GetProperty("saldo").GetInt64());
        }
    }

    [Theory]
    [InlineData("HTTP/1.1", "Connection: close")]
    [InlineData("HTTP/1.0", "X-Nothing: 1")]
    public void A_connection_that_is_not_kept_is_closed_after_the_whole_answer(string version, string header)
    {
        using (var connection = _bank.Connect())
        {
            connection.Exchange(RawRequest.Of("GET", "/clientes/1/extrato", version, header)).AssertOk();
            Assert.True(connection.IsEnded());
        }

        using (var connection = _bank.Connect())
        {
            var body = Encoding.UTF8.GetBytes(RawRequest.Body);
            var request = RawRequest.Of(
                "POST", Path, version, header, "Content-Type: application/json", $"Content-Length: {body.Length}");
            connection.Exchange([.. request, .. body]).AssertOk();
            Assert.True(connection.IsEnded());
        }
    }

    [Fact]
    public void HTTP_1_0_is_kept_alive_when_it_asks_for_that()
    {
        using var connection = _bank.Connect();
        for (var round = 0; round < 3; round++)
        {
            connection.Exchange(RawRequest.Of("GET", "/health", "HTTP/1.0", "Connection: keep-alive")).AssertOk();
        }
    }

    [Fact]
    public void Empty_lines_before_a_request_are_passed_over()
    {
        using var connection = _bank.Connect();
        connection.Send("\r\n\r\n");
        connection.Exchange(RawRequest.Get("/health")).AssertOk();
    }

    [Fact]
    public void HTTP_1_0_needs_no_host()
    {
        using var connection = _bank.Connect();
        connection.Send("GET /clientes/1/extrato HTTP/1.0\r\n\r\n");
        connection.Receive().AssertOk();
    }

    [Fact]
    public void A_body_where_none_belongs_is_passed_over()
    {
        using var connection = _bank.Connect();
        connection.Send([.. RawRequest.Get("/clientes/1/extrato", "Content-Length: 5"), .. "12345"u8]);
        connection.Receive().AssertOk();
        connection.Exchange(RawRequest.Post("/clientes/6/transacoes", RawRequest.Body)).AssertProblem(404);
        connection.Exchange(RawRequest.Post("/nothing", RawRequest.Body)).AssertProblem(404);
        connection.Exchange(RawRequest.Post("/health", RawRequest.Body)).AssertProblem(405);
        connection.Exchange(RawRequest.PostChunked("/health", RawRequest.Body, 3)).AssertProblem(405);
        connection.Exchange(RawRequest.Get("/clientes/1/extrato")).AssertOk();
    }

    [Fact]
    public void Five_hundred_connections_at_once_are_served()
    {
        var connections = Enumerable.Range(0, 500).Select(_ => _bank.Connect()).ToList();
        connections.ForEach(connection => connection.Send(RawRequest.Post(Path, RawRequest.Body)));

        var balances = connections.Select(
            connection => connection.Receive().AssertOk().Json.GetProperty("saldo").GetInt64());

        Assert.Equal(Enumerable.Range(1, 500).Select(number => (long)number), balances.Order());
        connections.ForEach(connection => connection.Dispose());
    }

    [Fact]
    public void Clients_that_vanish_do_not_disturb_the_others()
    {
        var request = RawRequest.Post(Path, RawRequest.Body);
        for (var sent = 1; sent <= request.Length; sent++)
        {
            using var connection = _bank.Connect();
            connection.Send(request.AsSpan(0, sent));
            connection.Abort();
        }

        _bank.Post(2, 1, 'c', "x").AssertOk();
        _bank.AssertBalanced();
    }

    // Over one connection, each time in two parts that arrive one by one.
    private void SplitAtEveryByte(byte[] request, Action<RawResponse, int> check)
    {
        using var connection = _bank.Connect();
        for (var split = 1; split < request.Length; split++)
        {
            connection.Send(request.AsSpan(0, split));
            connection.AwaitRead();
            connection.Send(request.AsSpan(split));
            check(connection.Receive(), split);
        }

        Assert.False(connection.HasMore());
    }
}

public sealed class InProcessFramingTests(InProcessBank bank) : FramingTests<InProcessBank>(bank);

public sealed class AotFramingTests(AotBank bank) : FramingTests<AotBank>(bank);

public sealed class PostgresFramingTests(PostgresBank bank) : FramingTests<PostgresBank>(bank);
