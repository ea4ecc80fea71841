namespace Rinha.LoadTest.Http;

/// <summary>
/// One answer to one request on a connection made for it, for where the load's engine would be too much.
/// </summary>
/// <param name="Status">0 when the connection gave no whole head.</param>
/// <param name="Body">The rest, as far as it came; without chunk headers.</param>
internal sealed record RawAnswer(int Status, string Head, string Body)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>Asks with <c>Connection: close</c>, and reads until the server closes.</summary>
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

    /// <summary>Sends bytes, and reads until the server closes or the time is over.</summary>
    public static RawAnswer Exchange(Target target, byte[] request, TimeSpan? timeout = null)
    {
        using var socket = target.NewSocket();
        socket.ReceiveTimeout = (int)(timeout ?? s_patience).TotalMilliseconds;
        using var received = new MemoryStream();
        try
        {
            socket.Connect(target.EndPoint);
            socket.Send(request);
            var buffer = new byte[4096];
            while (socket.Receive(buffer) is var count and > 0)
            {
                received.Write(buffer, 0, count);
            }
        }
        catch (SocketException)
        {
            // What has come until then is the answer.
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
