using System.Buffers.Text;
using Rinha.LoadTest.Run;

namespace Rinha.LoadTest.Http;

/// <summary>
/// Writes requests as bytes, with the headers of the official simulation in its order and letter case.
/// </summary>
internal sealed class RequestWriter
{
    private const int LengthDigits = 2; // A body has 10 to 99 bytes.
    private const string LengthName = "content-length: ";

    private static ReadOnlySpan<byte> PostStart => "POST /clientes/"u8;

    private readonly bool _keys;
    private readonly byte[] _postHead;
    private readonly byte[] _getRest;

    /// <param name="host">The value of the <c>host</c> header.</param>
    /// <param name="userAgent">The value of the <c>user-agent</c> header.</param>
    /// <param name="keys">Whether a transaction's text is its idempotency key as well.</param>
    /// <param name="closes">Whether each request asks for the end of its connection.</param>
    public RequestWriter(string host, string userAgent, bool keys = false, bool closes = false)
    {
        _keys = keys;
        var close = closes ? "connection: close\r\n" : "";
        var common = $"user-agent: {userAgent}\r\naccept: */*\r\nhost: {host}\r\n{close}";
        // The key's place is kept free in front of the last header.
        var key = keys ? $"Idempotency-Key: {new string('0', TextCode.Length)}\r\n" : "";
        _postHead = Encoding.ASCII.GetBytes(
            $"/transacoes HTTP/1.1\r\ncontent-type: application/json\r\n{common}{key}{LengthName}");
        _getRest = Encoding.ASCII.GetBytes($"/extrato HTTP/1.1\r\n{common}\r\n");
    }

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
        var length = WriteTransaction(plan.ClientId, plan.AmountCents, plan.Operation, text, buffer);
        if (_keys)
        {
            var head = PostStart.Length + buffer[PostStart.Length..].IndexOf((byte)'/');
            var keyEnd = head + _postHead.Length - "\r\n".Length - LengthName.Length;
            text.CopyTo(buffer[(keyEnd - TextCode.Length)..]);
        }

        return length;
    }

    /// <summary>Writes a GET of a statement.</summary>
    public int WriteStatement(int clientId, Span<byte> buffer) =>
        WriteLine("GET /clientes/"u8, clientId, _getRest, buffer);

    /// <summary>Writes a POST of <c>{"valor": 1000, "tipo": "d", "descricao": "texto"}</c>.</summary>
    public int WriteTransaction(
        int clientId, int amountCents, Operation operation, ReadOnlySpan<byte> text, Span<byte> buffer)
    {
        Span<byte> body = stackalloc byte[128];
        var length = Append(body, 0, "{\"valor\": "u8);
        _ = Utf8Formatter.TryFormat(amountCents, body[length..], out var digits);
        length += digits;
        length = Append(body, length, operation == Operation.Debit ? ", \"tipo\": \"d\""u8 : ", \"tipo\": \"c\""u8);
        length = Append(body, length, ", \"descricao\": \""u8);
        length = Append(body, length, text);
        length = Append(body, length, "\"}"u8);
        return WritePost(clientId, body[..length], buffer);
    }

    /// <summary>Writes a POST of any body of 10 to 99 bytes.</summary>
    public int WritePost(int clientId, ReadOnlySpan<byte> body, Span<byte> buffer)
    {
        var length = WriteLine(PostStart, clientId, _postHead, buffer);
        buffer[length] = (byte)('0' + (body.Length / 10));
        buffer[length + 1] = (byte)('0' + (body.Length % 10));
        length = Append(buffer, length + LengthDigits, "\r\n\r\n"u8);
        return Append(buffer, length, body);
    }

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
