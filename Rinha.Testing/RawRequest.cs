namespace Rinha.Testing;

/// <summary>Requests as bytes; everything about them can be wrong.</summary>
public static class RawRequest
{
    public const string Json = "application/json";

    /// <summary>A usable body, 51 bytes long.</summary>
    public const string Body = """{"valor": 1, "tipo": "c", "descricao": "descricao"}""";

    /// <summary>A credit of one cent to client 1.</summary>
    public static byte[] Credit => Post("/clientes/1/transacoes", Body);

    public static byte[] Of(string method, string path, string version = "HTTP/1.1", params string[] headers) =>
        Encoding.UTF8.GetBytes(
            $"{method} {path} {version}\r\nHost: localhost\r\n"
            + string.Concat(headers.Select(header => header + "\r\n")) + "\r\n");

    public static byte[] Get(string path, params string[] headers) => Of("GET", path, headers: headers);

    public static byte[] Post(string path, byte[] body, string? contentType = Json, params string[] headers) =>
    [
        .. Of(
            "POST",
            path,
            headers:
            [
                .. contentType is null ? [] : new[] { $"Content-Type: {contentType}" },
                $"Content-Length: {body.Length}",
                .. headers,
            ]),
        .. body,
    ];

    public static byte[] Post(string path, string body, string? contentType = Json, params string[] headers) =>
        Post(path, Encoding.UTF8.GetBytes(body), contentType, headers);

    /// <summary>A body in chunks of a given size.</summary>
    public static byte[] PostChunked(string path, string body, int chunkBytes, params string[] headers)
    {
        string[] all = [$"Content-Type: {Json}", "Transfer-Encoding: chunked", .. headers];
        return [.. Of("POST", path, headers: all), .. Chunks(Encoding.UTF8.GetBytes(body), chunkBytes)];
    }

    private static IEnumerable<byte> Chunks(byte[] body, int chunkBytes) => body
        .Chunk(chunkBytes)
        .SelectMany(chunk => (byte[])[.. Encoding.ASCII.GetBytes($"{chunk.Length:x}\r\n"), .. chunk, .. "\r\n"u8])
        .Concat("0\r\n\r\n"u8.ToArray());
}
