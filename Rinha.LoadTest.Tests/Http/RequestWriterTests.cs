namespace Rinha.LoadTest.Tests.Http;

public sealed class RequestWriterTests
{
    private readonly RequestWriter _writer = new("localhost:9999", "somebody");
    private readonly byte[] _buffer = new byte[1024];

    [Theory]
    [InlineData(1)]
    [InlineData(1_000_000)]
    public void A_statement(int clientId) => Assert.Equal(
        $"GET /clientes/{clientId}/extrato HTTP/1.1\r\n"
            + "user-agent: somebody\r\naccept: */*\r\nhost: localhost:9999\r\n\r\n",
        Text(_writer.WriteStatement(clientId, _buffer)));

    [Theory]
    [InlineData(1, Operation.Debit, """{"valor": 1, "tipo": "d", "descricao": "validacao"}""")]
    [InlineData(7, Operation.Credit, """{"valor": 7, "tipo": "c", "descricao": "validacao"}""")]
    [InlineData(10_000, Operation.Debit, """{"valor": 10000, "tipo": "d", "descricao": "validacao"}""")]
    [InlineData(int.MaxValue, Operation.Credit, """{"valor": 2147483647, "tipo": "c", "descricao": "validacao"}""")]
    public void A_transaction(int amountCents, Operation operation, string body) => Assert.Equal(
        Post(2, body), Text(_writer.WriteTransaction(2, amountCents, operation, "validacao"u8, _buffer)));

    [Theory]
    [InlineData(10)]
    [InlineData(99)]
    public void Any_body_of_two_digits(int length) => Assert.Equal(
        Post(3, new string('x', length)),
        Text(_writer.WritePost(3, Encoding.ASCII.GetBytes(new string('x', length)), _buffer)));

    [Fact]
    public void A_plan()
    {
        Assert.Equal(
            Post(5, """{"valor": 12, "tipo": "d", "descricao": "000000000z"}"""),
            Text(_writer.Write(new RequestPlan(Operation.Debit, 5, 12, 61), _buffer)));
        Assert.Equal(
            Post(4, """{"valor": 34, "tipo": "c", "descricao": "0000000010"}"""),
            Text(_writer.Write(new RequestPlan(Operation.Credit, 4, 34, 62), _buffer)));
        Assert.Equal(
            Text(_writer.WriteStatement(1, _buffer)),
            Text(_writer.Write(new RequestPlan(Operation.Statement, 1, 34, 62), _buffer)));
    }

    [Fact]
    public void A_request_that_asks_for_the_end_of_its_connection() => Assert.Contains(
        "host: localhost:9999\r\nconnection: close\r\n\r\n",
        Text(new RequestWriter("localhost:9999", "somebody", closes: true).WriteStatement(1, _buffer)));

    [Fact]
    public void A_plan_with_a_key()
    {
        var writer = new RequestWriter("localhost:9999", "somebody", keys: true);

        foreach (var (text, code) in new[] { (61L, "000000000z"), (62L, "0000000010") })
        {
            Assert.Equal(
                Post(5, $$"""{"valor": 12, "tipo": "d", "descricao": "{{code}}"}""", $"Idempotency-Key: {code}\r\n"),
                Text(writer.Write(new RequestPlan(Operation.Debit, 5, 12, text), _buffer)));
        }

        Assert.Equal(
            Text(_writer.WriteStatement(1, _buffer)),
            Text(writer.Write(new RequestPlan(Operation.Statement, 1, 34, 62), _buffer)));
    }

    private static string Post(int clientId, string body, string key = "") =>
        $"POST /clientes/{clientId}/transacoes HTTP/1.1\r\ncontent-type: application/json\r\nuser-agent: somebody\r\n"
        + $"accept: */*\r\nhost: localhost:9999\r\n{key}content-length: {body.Length}\r\n\r\n{body}";

    private string Text(int length) => Encoding.ASCII.GetString(_buffer, 0, length);
}
