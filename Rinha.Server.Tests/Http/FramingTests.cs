namespace Rinha.Server.Tests.Http;

public abstract class FramingTests<TBank>(TBank bank) : HttpContract<TBank>(bank)
    where TBank : class, IBank
{
    private static readonly byte[] s_post = RawRequest.Post(Path, RawRequest.Body);

    private static readonly byte[] s_chunkedHead = RawRequest.Of(
        "POST", Path, headers: ["Content-Type: application/json", "Transfer-Encoding: chunked"]);

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void A_post_split_at_every_byte_is_one_post(int chunkBytes)
    {
        var request = chunkBytes == 0 ? s_post : RawRequest.PostChunked(Path, RawRequest.Body, chunkBytes);
        using var connection = Bank.Connect();
        for (var split = 1; split < request.Length; split++)
        {
            connection.Send(request.AsSpan(0, split));
            connection.AwaitRead();
            connection.Send(request.AsSpan(split));
            Assert.Equal(split, NewBalance(connection.Receive()));
        }

        Assert.False(connection.HasMore());
    }

    [Fact]
    public void Requests_that_come_byte_by_byte_are_answered()
    {
        using var connection = Bank.Connect();
        foreach (var request in new[] { s_post, RawRequest.Get("/clientes/1/extrato") })
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
    public void Chunk_extensions_and_trailers_are_ignored()
    {
        using var connection = Bank.Connect();
        connection.Send(s_chunkedHead);
        connection.Send($"{RawRequest.Body.Length:X};name=value\r\n{RawRequest.Body}\r\n0\r\nX-Trailer: 1\r\n\r\n");
        connection.Receive().AssertOk();
        connection.Exchange(RawRequest.PostChunked(Path, "", 1)).AssertProblem(422);
        connection.Exchange(RawRequest.PostChunked(Path, RawRequest.Body, 1)).AssertOk();
    }

    [Theory]
    [InlineData("X: a\0b\r\n\r\n")]
    [InlineData("X\0: a\r\n\r\n")]
    [InlineData("X\u008c: a\r\n\r\n")]
    [InlineData(": a\r\n\r\n")]
    [InlineData("no colon\r\n\r\n")]
    public void An_invalid_trailer_is_400_however_it_is_split(string trailer)
    {
        var body = Encoding.UTF8.GetBytes($"{RawRequest.Body.Length:X}\r\n{RawRequest.Body}\r\n0\r\n{trailer}");
        foreach (var secondPart in new[] { 0, body.Length })
        {
            AssertRefused([.. s_chunkedHead, .. body], secondPart, before: 0);
            // After another request, it does not start at the beginning of the buffer.
            AssertRefused([.. RawRequest.Get("/health"), .. s_chunkedHead, .. body], secondPart, before: 1);
        }

        AssertUntouched();
    }

    [Fact]
    public void Expect_100_continue_is_answered_before_the_body()
    {
        using var connection = Bank.Connect();
        for (var round = 1; round <= 3; round++)
        {
            var request = RawRequest.Post(Path, RawRequest.Body, RawRequest.Json, "Expect: 100-continue");
            connection.Send(request.AsSpan(0, request.Length - RawRequest.Body.Length));
            Assert.Equal(100, connection.Receive().Status);
            connection.Send(RawRequest.Body);
            Assert.Equal(round, NewBalance(connection.Receive()));
        }
    }

    [Theory]
    [InlineData("/clientes/1/transacoes", "application/json", 5000, 413)]
    [InlineData("/clientes/1/transacoes", "text/plain", 50, 415)]
    [InlineData("/clientes/6/transacoes", "text/plain", 50, 404)]
    [InlineData("/clientes/x/transacoes", "application/json", 50, 404)]
    [InlineData("/clientes/1/extrato", "application/json", 50, 405)]
    public void A_body_that_would_be_rejected_gets_no_100_continue(string path, string type, int length, int status)
    {
        using var connection = Bank.Connect();
        connection.Send(RawRequest.Of(
            "POST", path, headers: [$"Content-Type: {type}", $"Content-Length: {length}", "Expect: 100-continue"]));
        connection.Receive().AssertProblem(status);
    }

    [Fact]
    public void An_unexpected_body_is_skipped()
    {
        using var connection = Bank.Connect();
        connection.Send([.. RawRequest.Get("/clientes/1/extrato", "Content-Length: 5"), .. "12345"u8]);
        connection.Receive().AssertOk();
        connection.Exchange(RawRequest.Post("/clientes/6/transacoes", RawRequest.Body)).AssertProblem(404);
        connection.Exchange(RawRequest.Post("/nothing", RawRequest.Body)).AssertProblem(404);
        connection.Exchange(RawRequest.Post("/health", RawRequest.Body)).AssertProblem(405);
        connection.Exchange(RawRequest.PostChunked("/health", RawRequest.Body, 3)).AssertProblem(405);
        connection.Exchange(RawRequest.Get("/clientes/1/extrato")).AssertOk();
    }

    [Fact]
    public void Pipelined_requests_are_answered_in_their_order()
    {
        const int count = 100;
        using var connection = Bank.Connect();
        byte[] requests =
        [
            .. s_post,
            .. RawRequest.Get("/clientes/1/extrato"),
            .. RawRequest.Get("/clientes/6/extrato"),
            .. RawRequest.Post(Path, "{"),
        ];
        connection.Send([.. Enumerable.Repeat(requests, count).SelectMany(bytes => bytes)]);

        for (var number = 1; number <= count; number++)
        {
            Assert.Equal(number, NewBalance(connection.Receive()));
            Assert.Equal(number, connection.Receive().AssertOk().Json.Balance());
            connection.Receive().AssertProblem(404);
            connection.Receive().AssertProblem(422);
        }

        Assert.False(connection.HasMore());
    }

    [Theory]
    [InlineData("HTTP/1.1", "Connection: close")]
    [InlineData("HTTP/1.0", "X-Nothing: 1")]
    public void A_connection_that_is_not_kept_is_closed_after_the_whole_answer(string version, string header)
    {
        var length = $"Content-Length: {RawRequest.Body.Length}";
        var post = RawRequest.Of("POST", Path, version, header, "Content-Type: application/json", length);
        byte[][] requests =
        [
            RawRequest.Of("GET", "/clientes/1/extrato", version, header),
            [.. post, .. Encoding.UTF8.GetBytes(RawRequest.Body)],
        ];
        foreach (var request in requests)
        {
            using var connection = Bank.Connect();
            connection.Exchange(request).AssertOk();
            Assert.True(connection.IsEnded());
        }
    }

    [Fact]
    public void HTTP_1_0_needs_no_host_and_can_ask_for_keep_alive()
    {
        using var connection = Bank.Connect();
        for (var round = 0; round < 3; round++)
        {
            connection.Send("GET /clientes/1/extrato HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
            connection.Receive().AssertOk();
        }
    }

    [Fact]
    public void Nothing_after_an_HTTP_1_0_request_with_chunks_is_parsed_as_a_request()
    {
        using var connection = Bank.Connect();
        connection.Send(RawRequest.Of(
            "POST",
            Path,
            "HTTP/1.0",
            "Connection: keep-alive",
            "Content-Type: application/json",
            "Transfer-Encoding: chunked"));
        connection.Send($"{RawRequest.Body.Length:X}\r\n{RawRequest.Body}\r\n0\r\n\r\n");
        connection.Send(s_post);

        connection.Receive();

        Assert.True(connection.IsEnded());
        Assert.True(Bank.Statement(1).Balance() <= 1);
    }

    [Fact]
    public void Clients_that_vanish_do_not_disturb_the_others()
    {
        for (var sent = 1; sent <= s_post.Length; sent++)
        {
            using var connection = Bank.Connect();
            connection.Send(s_post.AsSpan(0, sent));
            connection.Abort();
        }

        Bank.Post(2, 1, 'c', "x").AssertOk();
        Bank.AssertBalanced();
    }

    private static long NewBalance(RawResponse answer) => answer.AssertOk().Json.GetProperty("saldo").GetInt64();

    // Sends the requests in two parts, the second one of secondPart bytes; before is how many 200s precede the 400.
    private void AssertRefused(byte[] requests, int secondPart, int before)
    {
        using var connection = Bank.Connect();
        connection.Send(requests.AsSpan()[..^secondPart]);
        connection.AwaitRead();
        connection.Send(requests.AsSpan()[^secondPart..]);
        for (; before > 0; before--)
        {
            connection.Receive().AssertOk();
        }

        connection.Receive().AssertProblem(400);
        Assert.True(connection.IsEnded());
    }
}

public sealed class AotFramingTests(AotBank bank) : FramingTests<AotBank>(bank);

public sealed class PostgresFramingTests(PostgresBank bank) : FramingTests<PostgresBank>(bank);
