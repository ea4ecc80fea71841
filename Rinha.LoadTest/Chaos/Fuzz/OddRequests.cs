namespace Rinha.LoadTest.Chaos.Fuzz;

/// <summary>Requests at the edge of HTTP's grammar and beyond it.</summary>
internal static class OddRequests
{
    private const string Line = "POST /clientes/1/transacoes HTTP/1.1";

    private static readonly string[] s_lengthsNot =
    [
        "-1", "0x1F", "1 1", "31,31", "31, 32", "", "a", "1e1", "99999999999999999999",
    ];

    private static readonly string[] s_codings =
    [
        "gzip, chunked", "chunked, gzip", "gzip", "identity", "chunked, identity", "Chunked", "chunked, chunked",
        "\tchunked", "chunked;a=b", "xchunked", "\"chunked\"", "",
    ];

    private static readonly string[] s_keysNot =
    [
        "", " ", "two words", "\"", "\"a", "a\"b", "a\\b", "\"\"", "é", "\u0001", "'; DROP TABLE transacoes; --",
        new string('k', 65), new string('k', 3_000), "a\r\nIdempotency-Key: b", "a\r\nIdempotency-Key: a",
    ];

    private static readonly string[] s_keys = ["\"quoted\"", "a,b", "';--", "\"';--\"", new string('k', 64)];

    private static readonly string[] s_linesNot =
    [
        "GET /health", "GET  /health HTTP/1.1", "GET /health HTTP/1.1 x", "GET /health HTTP/1",
        "GET /health http/1.1", "GET /health HTTP/1.1.1", "GET /health HTTP/x.y", " GET /health HTTP/1.1",
        "GET\t/health\tHTTP/1.1", "GET /he\0alth HTTP/1.1", "G@T /health HTTP/1.1", "\u0001 /health HTTP/1.1",
        "/health HTTP/1.1", "GET", "GET /health HTTP/11", "GET /health HTTP/-1.1",
    ];

    private static readonly string[] s_lines =
    [
        "OPTIONS * HTTP/1.1", "GET * HTTP/1.1", "GET http://a/health HTTP/1.1", "GET http://b/health HTTP/1.1",
        "CONNECT a:80 HTTP/1.1", "TRACE /health HTTP/1.1", "GET /%zz HTTP/1.1", "GET /%00 HTTP/1.1",
        "GET /%c0%af HTTP/1.1", "GET /../../health HTTP/1.1", "GET //health HTTP/1.1", "GET /health#x HTTP/1.1",
        "GET /health HTTP/1.0", "GET /health HTTP/0.9", "GET /health HTTP/2.0", "GET /health HTTP/1.2",
        "GET /health HTTP/3.0", "GET /\u00e9 HTTP/1.1", "GET \\health HTTP/1.1", "PRI * HTTP/2.0",
    ];

    private static readonly string[] s_headersNot =
        ["no colon", ": nameless", "X : 1", "X\t: 1", "X\0Y: 1", "X: a\0b", " X: 1"];

    /// <summary>Makes one.</summary>
    public static FuzzCase Next(Random random, long number)
    {
        var body = JsonGrammar.Valid(random);
        string[] framed = ["Host: a", "Content-Type: application/json", $"Content-Length: {body.Length}"];
        return random.Next(12) switch
        {
            0 => Refused(number, Line, body, framed[0], framed[1], $"Content-Length: {Pick(random, s_lengthsNot)}"),
            1 => Refused(number, Line, body, [.. framed, $"Content-Length: {body.Length + 1}"]),
            2 => Anything(number, Line, body, framed[0], framed[1], $"Transfer-Encoding: {Pick(random, s_codings)}"),
            3 => Anything(
                number,
                Line,
                RequestGrammar.Chunked(random, body),
                [.. framed, $"Transfer-Encoding: {Pick(random, s_codings)}"]),
            4 => Anything(number, Line, body, [.. framed, $"Idempotency-Key: {Pick(random, s_keys)}"]),
            10 => Refused(number, Line, body, [.. framed, $"Idempotency-Key: {Pick(random, s_keysNot)}"]),
            5 => Refused(number, Pick(random, s_linesNot), [], "Host: a") with { IsSameThroughNginx = false },
            6 => Anything(number, Pick(random, s_lines), [], "Host: a"),
            7 => Refused(number, Line, body, [.. framed, Pick(random, s_headersNot)]) with
            {
                IsSameThroughNginx = false,
            },
            8 => Refused(number, Line, body, framed[1], framed[2]),
            9 => Refused(number, Line, body, [.. framed, "Host: b"]),
            _ => Large(random, number, body, framed),
        };
    }

    private static FuzzCase Large(Random random, long number, byte[] body, string[] framed) => random.Next(5) switch
    {
        0 => Refused(number, $"GET /{new string('a', random.Next(8_200, 40_000))} HTTP/1.1", [], "Host: a"),
        1 => Refused(number, Line, body, [.. framed, $"X: {new string('a', random.Next(16_500, 60_000))}"]),
        2 => Refused(number, Line, body, [.. framed, .. Enumerable.Repeat("X: 1", random.Next(70, 400))]),
        3 => Anything(number, Line, body, [.. framed, .. Enumerable.Range(0, 40).Select(index => $"X{index}: 1")]),
        _ => Anything(number, Line, RequestGrammar.Chunked(random, JsonGrammar.Huge(random)), framed[0], framed[1],
            "Transfer-Encoding: chunked", "Expect: 100-continue"),
    };

    private static FuzzCase Refused(long number, string line, byte[] body, params IEnumerable<string> headers) =>
        new(number, [.. RequestGrammar.Head(line, headers), .. body], FuzzOutcome.Refused);

    private static FuzzCase Anything(long number, string line, byte[] body, params IEnumerable<string> headers) =>
        new(number, [.. RequestGrammar.Head(line, headers), .. body], FuzzOutcome.Anything);

    private static string Pick(Random random, string[] from) => from[random.Next(from.Length)];
}
