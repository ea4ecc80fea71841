using static Rinha.LoadTest.Chaos.Smuggling.SecondFate;
using static Rinha.LoadTest.Chaos.Smuggling.SmugglingParts;

namespace Rinha.LoadTest.Chaos.Smuggling;

/// <summary>Pairs that disagree about Content-Length, or about where a request ends at all.</summary>
internal static class LengthPairs
{
    private const ulong Wrap = ulong.MaxValue;

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<SmugglingPair> All =
    [
        new("two requests, length", Demanded, p => Head + Length(p.Body) + "\r\n" + p.Body + p.Second),
        new("same length twice", Allowed, p => Head + Length(p.Body) + Length(p.Body) + "\r\n" + p.Body + p.Second),
        new("blanks around the length", Allowed, p => With(p, $"Content-Length:\t {p.Body.Length} \t")),
        new("longer, then shorter length", Forbidden,
            p => Head + Length(p.Body + p.Second) + Length(p.Body) + "\r\n" + p.Body + p.Second),
        new("shorter, then longer length", Forbidden,
            p => Head + Length(p.Body) + Length(p.Body + p.Second) + "\r\n" + p.Body + p.Second),
        new("list of different lengths", Forbidden,
            p => With(p, $"Content-Length: {p.Body.Length}, {(p.Body + p.Second).Length}")),
        // Kestrel reads +5 as 5 and goes on; there is nobody past nginx who could read it in another way.
        new("length with a plus sign", Forbidden, p => With(p, $"Content-Length: +{p.Body.Length}"))
            { FatePastNginx = Allowed },
        new("negative length", Forbidden, p => With(p, $"Content-Length: -{p.Body.Length}")),
        new("length in hexadecimal", Forbidden, p => With(p, $"Content-Length: 0x{Hex(p.Body)}")),
        new("length with a fraction", Forbidden, p => With(p, $"Content-Length: {p.Body.Length}.0")),
        new("length with a blank inside", Forbidden, p => With(p, $"Content-Length: {p.Body.Length} 0")),
        new("length past 64 bits", Forbidden,
            p => With(p, $"Content-Length: {(UInt128)Wrap + 1 + (ulong)p.Body.Length}")),
        new("length past 32 bits", Forbidden, p => With(p, $"Content-Length: {0x1_0000_0000 + p.Body.Length}")),
        new("empty length", Forbidden, p => With(p, "Content-Length:")),
        new("blank before the colon", Forbidden, p => With(p, $"Content-Length : {p.Body.Length}")),
        new("tab before the colon", Forbidden, p => With(p, $"Content-Length\t: {p.Body.Length}")),
        new("NUL in the length's name", Forbidden, p => With(p, $"Content-Length\0: {p.Body.Length}")),
        new("folded length", Forbidden, p => With(p, $"Content-Length:\r\n {p.Body.Length}")),
        new("length behind a bare CR", Forbidden, p => With(p, $"X: a\rContent-Length: {p.Body.Length}")),
        new("length without a colon", Forbidden, p => With(p, $"Content-Length {p.Body.Length}")),
        new("folded header before the length", Forbidden, p => With(p, $"X: a\r\n Content-Length: {p.Body.Length}")),
        new("two hosts", Forbidden, p => With(p, $"Host: b\r\nContent-Length: {p.Body.Length}")),
        new("absolute form", Allowed,
            p => (Head + Length(p.Body) + "\r\n" + p.Body + p.Second)
                .Replace(" /cl", " http://a/cl", StringComparison.Ordinal)),
        new("second in the body of a GET", Forbidden,
            p => "GET /clientes/4/extrato HTTP/1.1\r\nHost: a\r\n" + Length(p.Second) + "\r\n" + p.Second),
        new("second in the body of a HEAD", Forbidden,
            p => "HEAD /clientes/4/extrato HTTP/1.1\r\nHost: a\r\n" + Length(p.Second) + "\r\n" + p.Second),
        new("second in a body for another method", Forbidden,
            p => "PUT /clientes/4/transacoes HTTP/1.1\r\nHost: a\r\n" + Length(p.Second) + "\r\n" + p.Second),
        new("second in a body for nobody", Forbidden,
            p => "POST /clientes/9/transacoes HTTP/1.1\r\nHost: a\r\n" + Length(p.Second) + "\r\n" + p.Second),
        new("second in a body of another type", Forbidden,
            p => Head.Replace("json", "text", StringComparison.Ordinal) + Length(p.Second) + "\r\n" + p.Second),
        new("second in a body that is waited for", Forbidden,
            p => Head + "Expect: 100-continue\r\n" + Length(p.Second) + "\r\n" + p.Second),
        new("second in a body that is too large", Forbidden, p => Head + $"Content-Length: 99999\r\n\r\n{p.Second}"),
        new("second in a body that is cut off", Forbidden, p => Head + $"Content-Length: 900\r\n\r\n{p.Second}"),
        new("HTTP/0.9 before", Forbidden, p => "GET /clientes/4/extrato\r\n" + p.Second),
        new("HTTP/1.0 before", Forbidden, p => "GET /clientes/4/extrato HTTP/1.0\r\n\r\n" + p.Second),
        new("behind a close", Forbidden,
            p => Head + "Connection: close\r\n" + Length(p.Body) + "\r\n" + p.Body + p.Second),
        new("behind an upgrade", Allowed,
            p => Head + "Connection: upgrade\r\nUpgrade: h2c\r\n" + Length(p.Body) + "\r\n" + p.Body + p.Second),
        new("line ends without CR", Allowed,
            p => (Head + Length(p.Body) + "\r\n").Replace("\r\n", "\n", StringComparison.Ordinal)
                + p.Body + p.Second),
    ];

    private static string With(SmugglingParts parts, string header) =>
        $"{Head}{header}\r\n\r\n{parts.Body}{parts.Second}";
}
