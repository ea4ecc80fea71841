using System.Text.Unicode;

namespace Rinha.LoadTest.Run;

/// <summary>
/// Writes requests as bytes, with the headers of the official simulation in its order and letter case; each method
/// returns their length.
/// </summary>
/// <param name="keys">Whether a transaction's text is its idempotency key as well.</param>
/// <param name="closes">Whether each request asks for the end of its connection.</param>
internal sealed class RequestWriter(string host, string userAgent, bool keys = false, bool closes = false)
{
    private readonly byte[] _headers = Encoding.ASCII.GetBytes(
        $"user-agent: {userAgent}\r\naccept: */*\r\nhost: {host}\r\n{(closes ? "connection: close\r\n" : "")}");

    public int Write(in RequestPlan plan, Span<byte> buffer)
    {
        if (plan.Operation == Operation.Statement)
        {
            return WriteStatement(plan.ClientId, buffer);
        }

        Span<byte> text = stackalloc byte[TextCode.Length];
        TextCode.Write(plan.Text, text);
        return WriteTransaction(
            plan.ClientId, plan.AmountCents, plan.Operation, text, buffer, key: keys ? text : default);
    }

    public int WriteStatement(int clientId, Span<byte> buffer)
    {
        Utf8.TryWrite(
            buffer,
            $"{"GET /clientes/"u8}{clientId}{"/extrato HTTP/1.1\r\n"u8}{_headers.AsSpan()}{"\r\n"u8}",
            out var length);
        return length;
    }

    /// <summary>Writes a POST of <c>{"valor": 1000, "tipo": "d", "descricao": "texto"}</c>.</summary>
    public int WriteTransaction(
        int clientId,
        int amountCents,
        Operation operation,
        ReadOnlySpan<byte> text,
        Span<byte> buffer,
        ReadOnlySpan<byte> key = default)
    {
        Span<byte> body = stackalloc byte[128];
        var kind = operation == Operation.Debit ? ", \"tipo\": \"d\""u8 : ", \"tipo\": \"c\""u8;
        Utf8.TryWrite(
            body,
            $"{"{\"valor\": "u8}{amountCents}{kind}{", \"descricao\": \""u8}{text}{"\"}"u8}",
            out var length);
        return WritePost(clientId, body[..length], buffer, key);
    }

    /// <summary>Writes a POST of any body.</summary>
    public int WritePost(
        int clientId, ReadOnlySpan<byte> body, Span<byte> buffer, ReadOnlySpan<byte> key = default)
    {
        // Bytes and not text in the holes: nothing is transcoded for a request.
        var path = "/transacoes HTTP/1.1\r\ncontent-type: application/json\r\n"u8;
        var keyName = key.IsEmpty ? default : "Idempotency-Key: "u8;
        var keyEnd = key.IsEmpty ? default : "\r\n"u8;
        Utf8.TryWrite(
            buffer,
            $"{"POST /clientes/"u8}{clientId}{path}{_headers.AsSpan()}{keyName}{key}{keyEnd}"
                + $"{"content-length: "u8}{body.Length}{"\r\n\r\n"u8}{body}",
            out var length);
        return length;
    }
}
