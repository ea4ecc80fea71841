namespace Rinha.Chaos.Fuzz;

// Requests that a fuzzer found, or that are the worst of their kind, each with the status of its one answer. The fuzz
// campaign sends and mutates them; the server's tests check the status.
internal static class KnownRequests
{
    private const string Body = """{"valor":1,"tipo":"c","descricao":"a"}""";
    private const string LastChunk = "0\r\n\r\n";

    private static readonly string s_chunk = $"{Body.Length:x}\r\n{Body}\r\n";
    private static readonly string s_length = $"Content-Length: {Body.Length}";

    public static IReadOnlyList<KnownRequest> All { get; } =
    [
        new(0, "truncated body", Post(Body[..^1], s_length)),
        new(200, "bare LF lines", Sized(Body).Replace("\r\n", "\n", StringComparison.Ordinal)),
        new(200, "body on GET", Get("/health", "Content-Length: 3") + "abc"),
        new(200, "empty lines before the request", "\r\n\r\n" + Get("/health")),
        new(200, "expect something", Sized(Body, "Expect: something")),
        new(200, "length and chunked", Post(s_chunk + LastChunk, s_length, "Transfer-Encoding: chunked")),
        new(200, "length with sign", Post(Body, $"Content-Length: +{Body.Length}")),
        new(200, "upgrade", Get(
            "/health", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__")),
        new(400, "bare CR in header", Sized(Body, "X: a\rb")),
        new(400, "bare LF in chunk extension", Chunked($"{Body.Length:x};a\nb\r\n{Body}\r\n{LastChunk}")),
        new(400, "chunk size overflow", Chunked($"100000000000000{s_chunk}{LastChunk}")),
        new(400, "chunk without line end", Chunked(s_chunk.TrimEnd() + LastChunk)),
        new(400, "chunked not last", Post(s_chunk + LastChunk, "Transfer-Encoding: chunked, identity")),
        new(400, "folded header", Sized(Body, "X: a\r\n b")),
        new(400, "HTTP/0.9", "GET /health\r\n\r\n"),
        new(400, "length list", Post(Body, $"{s_length}, {Body.Length}")),
        new(400, "NUL in header name", Sized(Body, "X\0: a")),
        new(400, "NUL in path", Get("/%00")),
        new(400, "NUL in trailer", Chunked($"{s_chunk}0\r\nX: a\0b\r\n\r\n")),
        new(400, "space before colon", Post(Body, $"Content-Length : {Body.Length}")),
        new(400, "truncated head", Post("", s_length)[..^2]),
        new(400, "two hosts", Post(Body, "Host: b", s_length)),
        new(400, "two lengths", Sized(Body, $"Content-Length: {Body.Length + 1}")),
        new(400, "no host", "GET /health HTTP/1.1\r\n\r\n"),
        new(400, "no colon", Get("/health", "no colon")),
        new(400, "space in header name", Get("/health", "X Y: 1")),
        new(400, "two spaces before path", "GET  /health HTTP/1.1\r\nHost: a\r\n\r\n"),
        new(400, "bare NUL in path", Get("/clientes/%zz\0/extrato")),
        new(400, "non-numeric length", Post("", "Content-Length: x")),
        new(400, "negative length", Post("", "Content-Length: -1")),
        new(400, "non-numeric chunk size", Chunked("x\r\n")),
        new(400, "negative chunk size", Chunked("-1\r\n")),
        new(400, "chunk longer than its size", Chunked("3\r\nabcd\r\n")),
        new(400, "TLS", "\u0016\u0003\u0001\0\0\0\r\n\r\n"),
        new(405, "path without slash", Get("health")),
        new(414, "request line of 16 KiB", Get("/" + new string('a', 16 * 1024))),
        new(422, "BOM", Sized("\u00EF\u00BB\u00BF" + Body)),
        new(422, "deep nesting", Sized("{\"x\":" + new string('[', 3995))),
        new(422, "lone surrogate in name", Sized("""{"\udfff":1,""" + Body[1..])),
        new(422, "lone surrogate", Sized(Body.Replace("\"a\"", "\"\\ud800\"", StringComparison.Ordinal))),
        new(422, "overlong UTF-8", Sized(Body.Replace("\"a\"", "\"\u00C0\u0080\"", StringComparison.Ordinal))),
        new(422, "amount too large", Sized(Body.Replace("1", "9223372036854775808", StringComparison.Ordinal))),
        new(431, "header of 64 KiB", Get("/health", "X: " + new string('a', 64 * 1024))),
        new(431, "1000 headers", Get("/health", [.. Enumerable.Repeat("X: a", 1000)])),
        new(505, "HTTP/2.0", "GET /health HTTP/2.0\r\nHost: a\r\n\r\n"),
    ];

    private static string Get(string path, params IEnumerable<string> headers) =>
        $"GET {path} HTTP/1.1\r\nHost: a\r\n{string.Concat(headers.Select(header => header + "\r\n"))}\r\n";

    private static string Post(string body, params IEnumerable<string> headers) =>
        "POST" + Get("/clientes/1/transacoes", headers.Prepend("Content-Type: application/json"))[3..] + body;

    private static string Sized(string body, params IEnumerable<string> headers) =>
        Post(body, headers.Prepend($"Content-Length: {body.Length}"));

    private static string Chunked(string chunks) => Post(chunks, "Transfer-Encoding: chunked");
}

internal sealed record KnownRequest(int Status, string Name, string Text)
{
    public byte[] Bytes => Encoding.Latin1.GetBytes(Text);
}
