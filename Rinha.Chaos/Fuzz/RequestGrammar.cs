namespace Rinha.Chaos.Fuzz;

// Generates requests with the outcome that each must have.
internal static class RequestGrammar
{
    private const int PipelinedMax = 8;

    private static readonly string[] s_jsonTypes =
    [
        "application/json", "application/json", "application/json", "Application/JSON",
        "application/json; charset=utf-8", "application/json;charset=\"UTF-8\"",
        "application/json ; charset=Utf-8; x=1",
    ];

    private static readonly string[] s_otherTypes =
    [
        "text/plain", "application/xml", "application/json; charset=latin1", "application/jsonx", "json",
        "multipart/form-data",
    ];

    private static readonly string[] s_headerNames =
        ["X-A", "Accept", "User-Agent", "Cookie", "x!#$%&'*+-.^_`|~9", "X"];

    private static readonly string[] s_unknownPaths =
    [
        "/", "/clientes", "/clientes/", "/clientes/0/extrato", "/clientes/01/extrato", "/clientes/6/extrato",
        "/clientes/999999999999999999/extrato", "/clientes/9999999999999999999/extrato", "/clientes/-1/extrato",
        "/clientes/1/extrato/", "/clientes/1/Extrato", "/CLIENTES/1/extrato", "/clientes/1%2Fextrato",
        "/clientes//extrato", "/clientes/%EF%BC%91/extrato", "/clientes/1/extrato%20", "/health/", "/favicon.ico",
        "/clientes/1'--/extrato", "/clientes/1/..%2f2/extrato", "/clientes/6/transacoes?limite=x",
    ];

    private static readonly string[] s_reads =
    [
        "/health", "/clientes/1/extrato", "/clientes/2/extrato?a=b&c=%00", "/clientes/%33/extrato",
        "/clientes/4/./extrato", "/clientes/9/../5/extrato", "/%63lientes/1/extrato", "/health?", "/health?a=/../..",
        "/clientes/1/transacoes", "/clientes/2/transacoes?limite=100&antes=%39", "/clientes/3/transacoes?antes=1",
    ];

    private static readonly string[] s_otherMethods =
        ["PUT", "DELETE", "PATCH", "OPTIONS", "FOO", "get", "Post", "GETT", "PROPFIND", "X-LONG-METHOD-NAME"];

    public static FuzzCase Next(Random random) => random.Next(100) switch
    {
        < 38 => new FuzzCase(Post(random, JsonGrammar.Valid(random)), FuzzOutcome.Posted, 1),
        < 70 => new FuzzCase(Post(random, JsonGrammar.Invalid(random)), FuzzOutcome.Invalid, 1),
        < 72 => new FuzzCase(Post(random, JsonGrammar.Huge(random)), FuzzOutcome.TooLarge, 1),
        < 75 => new FuzzCase(
            Post(random, JsonGrammar.Valid(random), type: random.Pick(s_otherTypes)), FuzzOutcome.UnsupportedType, 1),
        < 83 => new FuzzCase(Get(random, random.Pick(s_reads)), FuzzOutcome.Read, 1),
        < 87 => new FuzzCase(Get(random, random.Pick(s_unknownPaths)), FuzzOutcome.NotFound, 1),
        < 89 => new FuzzCase(
            Post(random, JsonGrammar.Valid(random), "/clientes/7/transacoes"), FuzzOutcome.NotFound, 1),
        < 92 => new FuzzCase(
            Get(random, random.Pick(s_reads), random.Pick(s_otherMethods)), FuzzOutcome.MethodNotAllowed, 1),
        < 96 => Pipelined(random),
        _ => OddRequests.Next(random),
    };

    public static string Post(Random random, string body, string? path = null, string? type = null)
    {
        path ??= $"/clientes/{random.Next(1, Clients + 1)}/transacoes{(random.Next(8) == 0 ? "?x=1" : "")}";
        type ??= random.Pick(s_jsonTypes);
        var headers = new List<string> { "Host: a", $"Content-Type:{Blank(random)}{type}{Blank(random)}" };
        if (random.Next(10) == 0)
        {
            headers.Add($"Idempotency-Key: {random.NextInt64():x16}{random.NextInt64():x16}");
        }

        if (random.Next(50) == 0)
        {
            headers.Add("Expect: 100-continue");
        }

        AddOthers(random, headers);
        var isChunked = random.Next(4) == 0;
        headers.Add(isChunked ? "Transfer-Encoding: chunked" : $"{Cased(random, "Content-Length")}: {body.Length}");
        random.Shuffle(CollectionsMarshal.AsSpan(headers));
        return Head($"POST {path} HTTP/1.1", headers) + (isChunked ? Chunked(random, body) : body);
    }

    public static string Get(Random random, string path, string? method = null)
    {
        var headers = new List<string> { "Host: a" };
        AddOthers(random, headers);
        return Head($"{method ?? (random.Next(8) == 0 ? "HEAD" : "GET")} {path} HTTP/1.1", headers);
    }

    public static string Head(string requestLine, IEnumerable<string> headers) =>
        $"{requestLine}\r\n{string.Concat(headers.Select(header => header + "\r\n"))}\r\n";

    public static string Chunked(Random random, string body)
    {
        var chunks = new StringBuilder();
        for (var at = 0; at < body.Length;)
        {
            var size = Math.Min(body.Length - at, random.Next(1, random.Next(4) == 0 ? 8 : 4_096));
            var digits = size.ToString(random.Next(2) == 0 ? "x" : "X4", CultureInfo.InvariantCulture);
            chunks.Append(digits).Append(Extension(random)).Append("\r\n").Append(body, at, size).Append("\r\n");
            at += size;
        }

        chunks.Append('0').Append(Extension(random)).Append("\r\n");
        return chunks.Append(random.Next(6) == 0 ? "X-Trailer: 1\r\nX-Other: \r\n\r\n" : "\r\n").ToString();
    }

    private static FuzzCase Pipelined(Random random)
    {
        var count = random.Next(2, PipelinedMax + 1);
        var requests = Enumerable.Range(0, count).Select(_ => random.Next(3) switch
        {
            0 => Post(random, JsonGrammar.Invalid(random)),
            1 => Post(random, JsonGrammar.Valid(random)),
            _ => Head($"GET {random.Pick(s_reads)} HTTP/1.1", ["Host: a"]),
        });
        return new FuzzCase(string.Concat(requests), FuzzOutcome.Mixed, count);
    }

    private static void AddOthers(Random random, List<string> headers)
    {
        for (var left = random.Next(-4, 4); left > 0; left--)
        {
            headers.Add($"{random.Pick(s_headerNames)}:{Blank(random)}{Token(random)}");
        }
    }

    private static string Token(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => (char)random.Next(0x21, 0x7F)));

    private static string Extension(Random random) => random.Next(12) switch
    {
        0 => ";a=b",
        1 => ";a=\"b c\";d",
        _ => "",
    };

    private static string Cased(Random random, string name) =>
        random.Pick([name.ToUpperInvariant(), "content-length", name, name]);

    private static string Blank(Random random) => random.Pick(["", "\t ", " ", " "]);
}

// Generates unusual and invalid HTTP around a valid body.
internal static class OddRequests
{
    private const string Line = "POST /clientes/1/transacoes HTTP/1.1";

    private static readonly string[] s_badLengths =
        ["-1", "0x1F", "1 1", "31,31", "31, 32", "", "a", "1e1", "99999999999999999999"];

    private static readonly string[] s_codings =
    [
        "gzip, chunked", "chunked, gzip", "gzip", "identity", "chunked, identity", "Chunked", "chunked, chunked",
        "\tchunked", "chunked;a=b", "xchunked", "\"chunked\"", "",
    ];

    private static readonly string[] s_badKeys =
    [
        "", " ", "two words", "\"", "\"a", "a\"b", "a\\b", "\"\"", "é", "\u0001", "'; DROP TABLE transacoes; --",
        new string('k', 65), new string('k', 3_000), "a\r\nIdempotency-Key: b", "a\r\nIdempotency-Key: a",
    ];

    private static readonly string[] s_keys = ["\"quoted\"", "a,b", "';--", "\"';--\"", new string('k', 64)];

    private static readonly string[] s_badLines =
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

    private static readonly string[] s_badHeaders =
        ["no colon", ": nameless", "X : 1", "X\t: 1", "X\0Y: 1", "X: a\0b", " X: 1"];

    public static FuzzCase Next(Random random)
    {
        var body = JsonGrammar.Valid(random);
        string[] framed = ["Host: a", "Content-Type: application/json", $"Content-Length: {body.Length}"];
        return random.Next(12) switch
        {
            0 => Refused(Line, body, framed[0], framed[1], $"Content-Length: {random.Pick(s_badLengths)}"),
            1 => Refused(Line, body, [.. framed, $"Content-Length: {body.Length + 1}"]),
            2 => Anything(Line, body, framed[0], framed[1], Coding(random)),
            3 => Anything(Line, RequestGrammar.Chunked(random, body), [.. framed, Coding(random)]),
            4 => Anything(Line, body, [.. framed, $"Idempotency-Key: {random.Pick(s_keys)}"]),
            10 => Refused(Line, body, [.. framed, $"Idempotency-Key: {random.Pick(s_badKeys)}"]),
            5 => Refused(random.Pick(s_badLines), "", "Host: a") with { IsSameThroughNginx = false },
            6 => Anything(random.Pick(s_lines), "", "Host: a"),
            7 => Refused(Line, body, [.. framed, random.Pick(s_badHeaders)]) with { IsSameThroughNginx = false },
            8 => Refused(Line, body, framed[1], framed[2]),
            9 => Refused(Line, body, [.. framed, "Host: b"]),
            _ => Large(random, body, framed),
        };
    }

    private static FuzzCase Large(Random random, string body, string[] framed) => random.Next(5) switch
    {
        0 => Refused($"GET /{new string('a', random.Next(8_200, 40_000))} HTTP/1.1", "", "Host: a"),
        1 => Refused(Line, body, [.. framed, $"X: {new string('a', random.Next(16_500, 60_000))}"]),
        2 => Refused(Line, body, [.. framed, .. Enumerable.Repeat("X: 1", random.Next(70, 400))]),
        3 => Anything(Line, body, [.. framed, .. Enumerable.Range(0, 40).Select(index => $"X{index}: 1")]),
        _ => Anything(Line, RequestGrammar.Chunked(random, JsonGrammar.Huge(random)), framed[0], framed[1],
            "Transfer-Encoding: chunked", "Expect: 100-continue"),
    };

    private static string Coding(Random random) => $"Transfer-Encoding: {random.Pick(s_codings)}";

    private static FuzzCase Refused(string line, string body, params IEnumerable<string> headers) =>
        new(RequestGrammar.Head(line, headers) + body, FuzzOutcome.Refused);

    private static FuzzCase Anything(string line, string body, params IEnumerable<string> headers) =>
        new(RequestGrammar.Head(line, headers) + body, FuzzOutcome.Anything);
}
