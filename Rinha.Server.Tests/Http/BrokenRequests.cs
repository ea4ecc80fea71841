namespace Rinha.Server.Tests.Http;

/// <summary>What no server can take for an HTTP request, and the status it gets.</summary>
public static class BrokenRequests
{
    public static TheoryData<string, int> All { get; } = new()
    {
        { "GET /health HTTP/1.1\r\n\r\n", 400 }, // no Host
        { "GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400 },
        { "GET /health HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n", 400 },
        { "GET /health HTTP/1.1\r\nHost: a\r\nX Y: 1\r\n\r\n", 400 },
        { "GET /health HTTP/1.1\r\nHost: a\r\n folded: 1\r\n\r\n", 400 },
        { "GET  /health HTTP/1.1\r\nHost: a\r\n\r\n", 400 },
        { "GET /health\r\n\r\n", 400 },
        { "GET health HTTP/1.1\r\nHost: a\r\n\r\n", 405 },
        { "GET /clientes/%zz\0/extrato HTTP/1.1\r\nHost: a\r\n\r\n", 400 },
        { "POST /clientes/1/transacoes HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", 400 },
        { "POST /clientes/1/transacoes HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400 },
        { "POST /clientes/1/transacoes HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n12", 400 },
        { "\u0016\u0003\u0001\0\0\0\r\n\r\n", 400 }, // TLS
    };
}
