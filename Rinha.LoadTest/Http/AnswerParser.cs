using System.Buffers.Text;

namespace Rinha.LoadTest.Http;

// A response. The body is decoded and valid only during the callback; CompletedAtNs is when its last byte arrived.
internal readonly ref struct Answer(int status, ReadOnlySpan<byte> body, long completedAtNs, long beganAtNs = 0)
{
    public int Status { get; } = status;

    public ReadOnlySpan<byte> Body { get; } = body;

    public long CompletedAtNs { get; } = completedAtNs;

    // When the attempt began, connecting included.
    public long BeganAtNs { get; } = beganAtNs;
}

// Why a request failed; each kind is counted and reported separately.
public enum FailureKind
{
    ConnectionRefused,
    ConnectFailed,
    ConnectTimeout,
    ClosedBeforeAnswer,
    ClosedMidAnswer,
    Garbage,
    WrongLength,
    Timeout,
    UnexpectedStatus,
    WrongAnswer,
    Unanswered,
}

internal enum ParseState
{
    Incomplete,
    Complete,
    Garbage,
}

internal readonly record struct AnswerShape(
    int Status, int BodyStart, int BodyLength, int Consumed, bool KeepAlive);

// Parses one HTTP/1.1 response from the start of the received bytes (RFC 9112). Keeps no state between calls: a
// response nearly always arrives whole, so resuming would cost more than parsing again.
internal static class AnswerParser
{
    private static ReadOnlySpan<byte> HeadEnd => "\r\n\r\n"u8;

    private static ReadOnlySpan<byte> LineEnd => "\r\n"u8;

    public static ParseState Parse(Span<byte> bytes, bool ended, out AnswerShape shape)
    {
        shape = default;
        if (!LooksLikeHttp(bytes))
        {
            return ParseState.Garbage;
        }

        var headLength = bytes.IndexOf(HeadEnd);
        if (headLength < 0)
        {
            return ParseState.Incomplete;
        }

        var head = (ReadOnlySpan<byte>)bytes[..(headLength + LineEnd.Length)];
        if (!TryReadStatus(head, out var status) || !TryReadFraming(head, out var framing))
        {
            return ParseState.Garbage;
        }

        var bodyStart = headLength + HeadEnd.Length;
        var body = bytes[bodyStart..];
        shape = new AnswerShape(status, bodyStart, BodyLength: 0, Consumed: bodyStart, framing.KeepAlive);
        if (status is 204 or 304 or (>= 100 and < 200))
        {
            return ParseState.Complete; // No body, whatever the headers say.
        }

        if (framing.Chunked)
        {
            return DecodeChunked(body, ref shape);
        }

        if (framing.ContentLength is { } length)
        {
            shape = shape with { BodyLength = length, Consumed = bodyStart + length };
            return body.Length >= length ? ParseState.Complete : ParseState.Incomplete;
        }

        // Neither length nor chunks: the connection's end delimits the body.
        shape = shape with { BodyLength = body.Length, Consumed = bytes.Length, KeepAlive = false };
        return ended ? ParseState.Complete : ParseState.Incomplete;
    }

    private static bool LooksLikeHttp(ReadOnlySpan<byte> bytes)
    {
        var start = "HTTP/1."u8;
        var common = Math.Min(bytes.Length, start.Length);
        return bytes[..common].SequenceEqual(start[..common]);
    }

    private static bool TryReadStatus(ReadOnlySpan<byte> head, out int status)
    {
        status = 0;
        return head.Length > 12
            && head[8] == ' '
            && head.Slice(9, 3).IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0
            && Utf8Parser.TryParse(head.Slice(9, 3), out status, out _)
            && head[12] is (byte)' ' or (byte)'\r';
    }

    private static bool TryReadFraming(ReadOnlySpan<byte> head, out Framing framing)
    {
        framing = new Framing(null, Chunked: false, KeepAlive: head[7] == '1');
        head = head[(head.IndexOf(LineEnd) + LineEnd.Length)..];
        while (!head.IsEmpty)
        {
            var end = head.IndexOf(LineEnd);
            var line = head[..end];
            head = head[(end + LineEnd.Length)..];
            var colon = line.IndexOf((byte)':');
            if (colon <= 0 || !TryReadHeader(line[..colon], line[(colon + 1)..].Trim(" \t"u8), ref framing))
            {
                return false;
            }
        }

        return true;
    }

    // Switches on the name's length first: most headers need no comparison.
    private static bool TryReadHeader(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, ref Framing framing)
    {
        switch (name.Length)
        {
            case 14 when Ascii.EqualsIgnoreCase(name, "content-length"u8):
                if (!Utf8Parser.TryParse(value, out int length, out var digits)
                    || digits != value.Length
                    || value.IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0
                    || (framing.ContentLength is { } known && known != length))
                {
                    return false;
                }

                framing = framing with { ContentLength = length };
                return true;
            case 17 when Ascii.EqualsIgnoreCase(name, "transfer-encoding"u8):
                framing = framing with { Chunked = Ascii.EqualsIgnoreCase(value, "chunked"u8) };
                return framing.Chunked;
            case 10 when Ascii.EqualsIgnoreCase(name, "connection"u8):
                framing = framing with
                {
                    KeepAlive = Ascii.EqualsIgnoreCase(value, "keep-alive"u8)
                        || (framing.KeepAlive && !Ascii.EqualsIgnoreCase(value, "close"u8)),
                };
                return true;
            default:
                return true;
        }
    }

    private static ParseState DecodeChunked(Span<byte> chunks, ref AnswerShape shape)
    {
        var read = 0;
        while (true)
        {
            var lineLength = chunks[read..].IndexOf(LineEnd);
            if (lineLength < 0)
            {
                return ParseState.Incomplete;
            }

            var line = (ReadOnlySpan<byte>)chunks.Slice(read, lineLength);
            var extension = line.IndexOf((byte)';');
            var digits = extension < 0 ? line : line[..extension];
            if (!Utf8Parser.TryParse(digits, out int size, out var used, 'X') || used != digits.Length || size < 0)
            {
                return ParseState.Garbage;
            }

            read += lineLength + LineEnd.Length;
            if (chunks.Length - read - LineEnd.Length < size)
            {
                return ParseState.Incomplete;
            }

            if (!chunks.Slice(read + size, LineEnd.Length).SequenceEqual(LineEnd))
            {
                return ParseState.Garbage; // Includes trailers: no bank sends them.
            }

            if (size == 0)
            {
                // Joined in place only when complete: an incomplete body will be parsed again.
                shape = shape with
                {
                    BodyLength = JoinChunks(chunks, read),
                    Consumed = shape.BodyStart + read + LineEnd.Length,
                };
                return ParseState.Complete;
            }

            read += size + LineEnd.Length;
        }
    }

    private static int JoinChunks(Span<byte> chunks, int end)
    {
        var read = 0;
        var written = 0;
        while (read < end)
        {
            var lineLength = chunks[read..].IndexOf(LineEnd);
            _ = Utf8Parser.TryParse(chunks.Slice(read, lineLength), out int size, out _, 'X');
            read += lineLength + LineEnd.Length;
            chunks.Slice(read, size).CopyTo(chunks[written..]);
            written += size;
            read += size + LineEnd.Length;
        }

        return written;
    }

    private readonly record struct Framing(int? ContentLength, bool Chunked, bool KeepAlive);
}

// A response to a single blocking request on a new connection, for checks outside the load.
// Status: 0 if no complete head arrived.
// Body: what arrived of it, without chunk headers.
internal sealed record RawAnswer(int Status, string Head, string Body)
{
    private static readonly TimeSpan s_defaultTimeout = TimeSpan.FromSeconds(60);

    // Sends Connection: close, and reads until the server closes.
    public static RawAnswer Ask(
        Target target, string method, string path, string? json = null, TimeSpan? timeout = null, string headers = "")
    {
        var content = json is null
            ? ""
            : $"Content-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(json)}\r\n";
        var request = $"{method} {path} HTTP/1.1\r\nHost: {target.Host}\r\nConnection: close\r\n"
            + $"{headers}{content}\r\n{json}";
        return Exchange(target, Encoding.UTF8.GetBytes(request), timeout);
    }

    // Sends bytes, and reads until the server closes or the timeout expires.
    public static RawAnswer Exchange(Target target, byte[] request, TimeSpan? timeout = null)
    {
        using var socket = target.NewSocket();
        socket.ReceiveTimeout = (int)(timeout ?? s_defaultTimeout).TotalMilliseconds;
        using var received = new MemoryStream();
        try
        {
            socket.Connect(target.EndPoint);
            using var tls = target.Tls?.Open((int)socket.Handle);
            _ = tls?.Write(request) ?? socket.Send(request);
            var buffer = new byte[4096];
            while ((tls?.Read(buffer) ?? socket.Receive(buffer)) is var count and > 0)
            {
                received.Write(buffer, 0, count);
            }
        }
        catch (SocketException)
        {
            // The bytes received so far are the answer.
        }

        var answer = received.GetBuffer().AsSpan(0, (int)received.Length);
        var isWhole = AnswerParser.Parse(answer, ended: true, out var shape) == ParseState.Complete;
        return shape.Status == 0
            ? new RawAnswer(0, "", Encoding.UTF8.GetString(answer))
            : new RawAnswer(
                shape.Status,
                Encoding.UTF8.GetString(answer[..(shape.BodyStart - "\r\n\r\n".Length)]),
                Encoding.UTF8.GetString(answer[shape.BodyStart..][..(isWhole ? shape.BodyLength : ^0)]));
    }
}
