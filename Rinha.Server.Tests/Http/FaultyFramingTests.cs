namespace Rinha.Server.Tests.Http;

/// <summary>Where a request ends is not said, is said wrongly, or is said by the connection's end.</summary>
public abstract class FaultyFramingTests<TBank> : IClassFixture<TBank>
    where TBank : class, IBank
{
    private const string Path = "/clientes/1/transacoes";
    private readonly TBank _bank;

    protected FaultyFramingTests(TBank bank)
    {
        _bank = bank;
        bank.Reset();
    }

    [Fact]
    public void Who_sends_the_end_with_the_request_gets_the_answer_and_the_end()
    {
        for (var number = 1; number <= 100; number++)
        {
            using var connection = _bank.Connect();
            connection.Send(RawRequest.Post(Path, RawRequest.Body));
            connection.EndSending();
            Assert.Equal(number, connection.Receive().AssertOk().Json.GetProperty("saldo").GetInt64());
            Assert.True(connection.IsEnded());
        }
    }

    [Fact]
    public void A_body_that_ends_too_early_changes_nothing()
    {
        for (var missing = 1; missing < RawRequest.Body.Length; missing += 10)
        {
            using var connection = _bank.Connect();
            connection.Send(RawRequest.Post(Path, RawRequest.Body).AsSpan()[..^missing]);
            connection.AwaitRead();
            connection.EndSending();
            Assert.True(connection.IsEnded() || connection.Receive().Status == 400);
        }

        Assert.Equal(0, _bank.Statement(1).Balance());
    }

    [Fact]
    public void Nothing_is_taken_for_a_request_behind_chunks_of_HTTP_1_0()
    {
        using var connection = _bank.Connect();
        connection.Send(RawRequest.Of(
            "POST",
            Path,
            "HTTP/1.0",
            "Connection: keep-alive",
            "Content-Type: application/json",
            "Transfer-Encoding: chunked"));
        connection.Send($"{RawRequest.Body.Length:X}\r\n{RawRequest.Body}\r\n0\r\n\r\n");
        connection.Send(RawRequest.Post(Path, RawRequest.Body));

        connection.Receive();

        Assert.True(connection.IsEnded());
        Assert.True(_bank.Statement(1).Balance() <= 1);
    }

    [Theory]
    [InlineData("X: a\0b\r\n\r\n")]
    [InlineData("X\0: a\r\n\r\n")]
    [InlineData("X\u008c: a\r\n\r\n")]
    [InlineData(": a\r\n\r\n")]
    [InlineData("no colon\r\n\r\n")]
    public void A_trailer_that_breaks_the_rules_is_400_however_it_comes(string trailer)
    {
        var head = RawRequest.Of(
            "POST", Path, headers: ["Content-Type: application/json", "Transfer-Encoding: chunked"]);
        var body = Encoding.UTF8.GetBytes($"{RawRequest.Body.Length:X}\r\n{RawRequest.Body}\r\n0\r\n{trailer}");
        AssertRefused([.. head, .. body], secondPart: 0);
        AssertRefused([.. head, .. body], secondPart: body.Length);
        // Behind another request it is not at the start of what was received.
        AssertRefused([.. RawRequest.Get("/health"), .. head, .. body], secondPart: 0, before: 1);
        AssertRefused([.. RawRequest.Get("/health"), .. head, .. body], secondPart: body.Length, before: 1);
        Assert.Equal(0, _bank.Statement(1).Balance());
    }

    // In two parts, the second of which has so many bytes.
    private void AssertRefused(byte[] requests, int secondPart, int before = 0)
    {
        using var connection = _bank.Connect();
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

public sealed class InProcessFaultyFramingTests(InProcessBank bank) : FaultyFramingTests<InProcessBank>(bank);

public sealed class AotFaultyFramingTests(AotBank bank) : FaultyFramingTests<AotBank>(bank);

public sealed class PostgresFaultyFramingTests(PostgresBank bank) : FaultyFramingTests<PostgresBank>(bank);
