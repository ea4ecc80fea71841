using Rinha.Chaos.Fuzz;

namespace Rinha.Server.Tests.Http;

// Paths, headers and requests that several tests share.
public static class HttpCases
{
    // None is a plain positive integer of at most 18 digits, and none needs escaping in a request line.
    public static TheoryData<string> NotIds { get; } =
    [
        "", "0", "01", "007", "-1", "+1", "1.0", "1,0", "1e0", "0x1", "abc", "1a", "a1", "1_0", "null",
        "9223372036854775807", "9223372036854775808", "99999999999999999999999999999999",
        "18446744073709551617", // 2^64 + 1: must not wrap around to 1
    ];

    public static TheoryData<string> UnknownPaths { get; } =
    [
        "/", "/clientes", "/clientes/", "/clientes/1", "/clientes/1/", "/clientes/1/saldo", "/clientes/1/Extrato",
        "/clientes/1/EXTRATO", "/clientes/1/extrato/", "/clientes/1/extrato/1", "/clientes/1//extrato",
        "/clientes//extrato", "//clientes/1/extrato", "/Clientes/1/extrato", "/cliente/1/extrato",
        "/clientes/1/transacao", "/clientes/1/transacoes/", "/clientes/1/transacoes.json", "/clientesextrato",
        "/healthz", "/health/", "/Health", "/reset/", "/openapi.json/", "/openapi.yaml", "/favicon.ico",
        "/metric", "/metricsx", "/rese", "/resetx", "/openapi.jso", "/healt",
        "/clientes/1/extrat", "/clientes/1/transacoe", "/clientes/1/transacoes/0", "/clientes/1/transacoes/01",
        "/clientes/1/transacoes/-1", "/clientes/1/transacoes/1/", "/clientes/1/transacoes/1x",
        "/clientes/1/transacoes/1000000000000000000", "/clientes/01/transacoes/1",
    ];

    // Prefixes and suffixes that a decoder might normalize away, around a path without its first slash.
    public static TheoryData<string, string> OtherSpellings { get; } = new()
    {
        { "/./", "" },
        { "/x/../", "" },
        { "/x/%2e%2e/", "" },
        { "/x#/../", "" },
        { "/", "/x/.." },
        { "/", "#x" },
        { "//", "" },
        { "http://localhost/", "" },
        { "http://localhost/x/../", "" },
    };

    // Spellings of /metrics that try to bypass the proxy.
    public static TheoryData<string> MetricsTargets { get; } =
    [
        "/metrics", "/metrics?format=text", "/metrics?", "/metrics#", "/metrics#x", "/metrics/", "/metrics/.",
        "/metrics/x/..", "/METRICS", "/foo#/../metrics", "/foo%23/../metrics", "/#/../metrics", "/foo?/../metrics",
        "//metrics", "/./metrics", "/x/../metrics", "/../metrics", "/x/%2e%2e/metrics", "/x/..%2fmetrics",
        "/%2fmetrics", "/%6detrics", "/%6Detric%73", "/%256detrics", "/metrics%3f", "/metrics%23", "/metrics%20",
        "http://localhost/metrics", "http://localhost/metrics?x", "http://localhost/%6detrics",
        "http://localhost/foo#/../metrics",
    ];

    public static TheoryData<string> Json { get; } =
    [
        "application/json", "Application/JSON", "application/json;charset=utf-8", "application/json; charset=UTF-8",
        "application/json; charset=\"utf-8\"", "application/json; version=1",
    ];

    public static TheoryData<string> NotJson { get; } =
    [
        "", "text/plain", "text/json", "application/xml", "application/jsonp", "application/json5",
        "application/problem+json", "application/x-www-form-urlencoded", "application/json; charset=latin1",
        "application/json; charset=utf-16", "application/json, text/plain", "application", "json", "*/*",
    ];

    public static TheoryData<string> BadPages { get; } =
    [
        "?antes=", "?antes", "?antes=0", "?antes=-1", "?antes=+1", "?antes=1.0", "?antes=1%20",
        "?antes=9223372036854775808", "?limite=0", "?limite=101", "?limite=x", "?limite=5&limite=5",
        "?antes=5&antes=5", "?Limite=5", "?limit=5", "?antes=5&x=1",
    ];

    // Header lines that the bank ignores.
    public static TheoryData<string> OtherHeaders { get; } =
    [
        "User-Agent: caf\u00e9",
        "X-Anything: \u00ff",
        "X_Underscore: 1",
        "Connection: keep-alive, TE\r\nTE: trailers\r\nKeep-Alive: timeout=5\r\nProxy-Connection: keep-alive",
        // Java's HttpClient sends this with the first request of a connection.
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAAAAAAAA",
        "Trailer: X\r\nVia: 1.1 a\r\nForwarded: for=1.2.3.4\r\nX-Forwarded-For: 1.2.3.4\r\nX-Empty:",
        "Cookie: a=b\r\nCookie: c=d\r\nAccept: */*\r\nAccept: text/html\r\nOrigin: null\r\nReferer: x",
        "Accept-Encoding: gzip, br\r\nIf-None-Match: *\r\nRange: bytes=0-1\r\nX-HTTP-Method-Override: DELETE",
    ];

    public static TheoryData<string> KnownNames { get; } = [.. KnownRequests.All.Select(request => request.Name)];

    public static TheoryData<string> Operations { get; } =
        [.. ApiContract.Api.Operations.Select(operation => operation.ToString())];

    // Fails unless a read and a write with these header lines, sent in Latin-1, get 200.
    public static void AssertHeadersChangeNothing(IBank bank, string headers)
    {
        var requests = Encoding.Latin1.GetString(
            [.. RawRequest.Get("/clientes/1/extrato"), .. RawRequest.Post("/clientes/1/transacoes", RawRequest.Body)]);
        using var connection = bank.Connect();
        connection.Send(Encoding.Latin1.GetBytes(
            requests.Replace("Host: ", $"{headers}\r\nHost: ", StringComparison.Ordinal)));
        connection.Receive().AssertOk();
        connection.Receive().AssertOk();
    }
}

// Tests that the published binary must pass over HTTP on both kinds of ledger. Each one starts with an empty ledger.
public abstract class HttpContract<TBank> : IClassFixture<TBank>
    where TBank : class, IBank
{
    protected const string Path = "/clientes/1/transacoes";

    protected HttpContract(TBank bank)
    {
        Bank = bank;
        bank.Reset();
    }

    protected TBank Bank { get; }

    // Fails unless client 1 has a balance of 0 and no history.
    protected void AssertUntouched()
    {
        var statement = Bank.Statement(1);
        Assert.Equal(0, statement.Balance());
        Assert.Empty(statement.Descriptions());
    }
}
