using System.Buffers.Text;

namespace Rinha.LoadTest.Run;

/// <summary>
/// Writes requests as bytes, with the headers of the official simulation in its order and letter case.
/// </summary>
/// <param name="keys">Whether a transaction's text is its idempotency key as well.</param>
/// <param name="closes">Whether each request asks for the end of its connection.</param>
internal sealed class RequestWriter(string host, string userAgent, bool keys = false, bool closes = false)
{
    private readonly byte[] _postHead = Encoding.ASCII.GetBytes(
        $"/transacoes HTTP/1.1\r\ncontent-type: application/json\r\n{CommonHeaders(host, userAgent, closes)}");

    private readonly byte[] _getRest = Encoding.ASCII.GetBytes(
        $"/extrato HTTP/1.1\r\n{CommonHeaders(host, userAgent, closes)}\r\n");

    /// <summary>Writes a request.</summary>
    /// <returns>Its length in bytes.</returns>
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

    /// <summary>Writes a GET of a statement.</summary>
    public int WriteStatement(int clientId, Span<byte> buffer) =>
        WriteLine("GET /clientes/"u8, clientId, _getRest, buffer);

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
        var length = Append(body, 0, "{\"valor\": "u8);
        _ = Utf8Formatter.TryFormat(amountCents, body[length..], out var digits);
        length += digits;
        length = Append(body, length, operation == Operation.Debit ? ", \"tipo\": \"d\""u8 : ", \"tipo\": \"c\""u8);
        length = Append(body, length, ", \"descricao\": \""u8);
        length = Append(body, length, text);
        length = Append(body, length, "\"}"u8);
        return WritePost(clientId, body[..length], buffer, key);
    }

    /// <summary>Writes a POST of any body of 10 to 99 bytes.</summary>
    public int WritePost(
        int clientId, ReadOnlySpan<byte> body, Span<byte> buffer, ReadOnlySpan<byte> key = default)
    {
        var length = WriteLine("POST /clientes/"u8, clientId, _postHead, buffer);
        if (!key.IsEmpty)
        {
            length = Append(buffer, length, "Idempotency-Key: "u8);
            length = Append(buffer, length, key);
            length = Append(buffer, length, "\r\n"u8);
        }

        length = Append(buffer, length, "content-length: "u8);
        buffer[length++] = (byte)('0' + (body.Length / 10));
        buffer[length++] = (byte)('0' + (body.Length % 10));
        length = Append(buffer, length, "\r\n\r\n"u8);
        return Append(buffer, length, body);
    }

    private static string CommonHeaders(string host, string userAgent, bool closes) =>
        $"user-agent: {userAgent}\r\naccept: */*\r\nhost: {host}\r\n{(closes ? "connection: close\r\n" : "")}";

    private static int WriteLine(ReadOnlySpan<byte> start, int clientId, ReadOnlySpan<byte> rest, Span<byte> buffer)
    {
        start.CopyTo(buffer);
        _ = Utf8Formatter.TryFormat(clientId, buffer[start.Length..], out var digits);
        return Append(buffer, start.Length + digits, rest);
    }

    private static int Append(Span<byte> buffer, int at, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(buffer[at..]);
        return at + bytes.Length;
    }
}
