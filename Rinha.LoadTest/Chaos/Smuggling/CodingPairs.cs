using static Rinha.LoadTest.Chaos.Smuggling.SecondFate;
using static Rinha.LoadTest.Chaos.Smuggling.SmugglingParts;

namespace Rinha.LoadTest.Chaos.Smuggling;

/// <summary>Pairs that disagree about Transfer-Encoding and its chunks.</summary>
internal static class CodingPairs
{
    private const string Chunked = "Transfer-Encoding: chunked\r\n";
    private const string Last = "0\r\n\r\n";

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<SmugglingPair> All =
    [
        new("two requests, chunked", Demanded, p => Head + Chunked + "\r\n" + Chunk(p.Body) + p.Second),
        new("trailers", Allowed,
            p => Head + Chunked + "\r\n" + Chunk(p.Body)[..^2] + "Content-Length: 500\r\n\r\n" + p.Second),
        new("coding in other letters", Allowed, p => Coded(p, "Transfer-Encoding: CHUNKED")),
        new("tab before the coding", Allowed, p => Coded(p, "Transfer-Encoding:\tchunked")),
        new("unknown coding before chunked", Allowed, p => Coded(p, "Transfer-Encoding: identity, chunked")),
        new("length, then coding", Forbidden,
            p => Head + Length(Last + p.Second) + Chunked + "\r\n" + Last + p.Second),
        new("coding, then length", Forbidden,
            p => Head + Chunked + Length(Last + p.Second) + "\r\n" + Last + p.Second),
        new("second in a chunk, shorter length", Forbidden,
            p => Head + Chunked + $"Content-Length: {Hex(p.Second).Length + 2}\r\n\r\n" + Chunk(p.Second)),
        new("second in a chunk", Forbidden, p => Head + Chunked + "\r\n" + Chunk(p.Second)),
        new("chunked is not last", Forbidden, p => Coded(p, "Transfer-Encoding: chunked, identity")),
        new("chunked is not last, two lines", Forbidden,
            p => Coded(p, "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity")),
        new("chunked is not last, a length", Forbidden, p => Both(p, "Transfer-Encoding: chunked, identity")),
        new("another coding and a length", Forbidden, p => Both(p, "Transfer-Encoding: xchunked")),
        new("quoted coding and a length", Forbidden, p => Both(p, "Transfer-Encoding: \"chunked\"")),
        new("coding with a vertical tab", Forbidden, p => Both(p, "Transfer-Encoding: \vchunked")),
        new("coding with a blank in its name", Forbidden, p => Both(p, "Transfer Encoding: chunked")),
        new("blank before the coding's colon", Forbidden, p => Both(p, "Transfer-Encoding : chunked")),
        new("NUL in the coding's name", Forbidden, p => Both(p, "Transfer-Encoding\0: chunked")),
        new("folded coding", Forbidden, p => Both(p, "Transfer-Encoding:\r\n chunked")),
        new("coding folded into another header", Forbidden, p => Both(p, "X: a\r\n Transfer-Encoding: chunked")),
        new("coding behind a bare LF", Forbidden, p => Both(p, "X: a\nTransfer-Encoding: chunked")),
        new("coding behind a bare CR", Forbidden, p => Both(p, "X: a\rTransfer-Encoding: chunked")),
        new("chunked in HTTP/1.0", Forbidden,
            p => (Head + "Connection: keep-alive\r\n").Replace("1.1", "1.0", StringComparison.Ordinal)
                + Chunked + "\r\n" + Chunk(p.Body) + p.Second),
        new("chunk size past 64 bits", Forbidden, p => Sized(p, $"1{Hex(p.Body).PadLeft(16, '0')}")),
        new("chunk size past 32 bits", Forbidden, p => Sized(p, $"1{Hex(p.Body).PadLeft(8, '0')}")),
        new("chunk size with a prefix", Forbidden, p => Sized(p, $"0x{Hex(p.Body)}")),
        new("chunk size with a sign", Forbidden, p => Sized(p, $"+{Hex(p.Body)}")),
        new("negative chunk size", Forbidden, p => Sized(p, "-1")),
        new("empty chunk size", Forbidden, p => Sized(p, "")),
        // nginx ends the line of a chunk with a bare LF, as it may other lines (RFC 9112 §2.2); nobody reads before it,
        // and what it sends on it frames anew.
        new("chunk with a bare LF in its extension", Allowed,
            p => Head + Chunked + "\r\n1;a\nX\r\n" + Last + p.Second)
            { FatePastNginx = Forbidden },
        new("chunk with a bare CR in its extension", Forbidden,
            p => Head + Chunked + "\r\n1;a\rX\r\n" + Last + p.Second),
        new("chunk without a line end", Forbidden,
            p => Head + Chunked + $"\r\n{Hex(p.Body)}\r\n{p.Body}XX{Last}{p.Second}"),
        new("chunk longer than it says", Forbidden,
            p => Head + Chunked + $"\r\n1\r\n{p.Body}\r\n{Last}{p.Second}"),
        new("second behind a cut off chunk", Forbidden,
            p => Head + Chunked + $"\r\n{Hex(p.Body + p.Second + p.Second)}\r\n{p.Body}{p.Second}"),
    ];

    private static string Coded(SmugglingParts parts, string header) =>
        $"{Head}{header}\r\n\r\n{Chunk(parts.Body)}{parts.Second}";

    // One reading ends after the last chunk, the other has all of it for a body.
    private static string Both(SmugglingParts parts, string header) =>
        $"{Head}{Length(Last + parts.Second)}{header}\r\n\r\n{Last}{parts.Second}";

    private static string Sized(SmugglingParts parts, string size) =>
        $"{Head}{Chunked}\r\n{size}\r\n{parts.Body}\r\n{Last}{parts.Second}";
}
