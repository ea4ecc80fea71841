namespace Rinha.LoadTest.Http;

/// <summary>
/// One answer to one request on a connection of its own, for where the load's engine would be too much.
/// </summary>
/// <param name="Status">The HTTP status; 0 when the connection gave no whole head.</param>
/// <param name="Head">Status line and headers.</param>
/// <param name="Body">The rest.</param>
internal sealed record RawAnswer(int Status, string Head, string Body)
{
    private const int StatusAt = 9; // After "HTTP/1.1 ".

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>Asks with <c>Connection: close</c>, and reads until the server closes.</summary>
    public static RawAnswer Ask(
        Target target, string method, string path, string? json = null, TimeSpan? timeout = null, string headers = "")
    {
        var request = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"{method} {path} HTTP/1.1\r\nHost: {target.Host}\r\n")
            .Append("Connection: close\r\n")
            .Append(headers);
        if (json is not null)
        {
            request.Append(CultureInfo.InvariantCulture, $"Content-Type: application/json\r\n")
                .Append(CultureInfo.InvariantCulture, $"Content-Length: {Encoding.UTF8.GetByteCount(json)}\r\n");
        }

        return Exchange(target, Encoding.UTF8.GetBytes(request.Append("\r\n").Append(json).ToString()), timeout);
    }

    /// <summary>Sends bytes, and reads until the server closes or the time is over.</summary>
    public static RawAnswer Exchange(Target target, byte[] request, TimeSpan? timeout = null)
    {
        using var socket = new Socket(
            target.EndPoint.AddressFamily,
            SocketType.Stream,
            target.IsTcp ? ProtocolType.Tcp : ProtocolType.Unspecified);
        socket.ReceiveTimeout = (int)(timeout ?? s_patience).TotalMilliseconds;
        using var answer = new MemoryStream();
        try
        {
            socket.Connect(target.EndPoint);
            socket.Send(request);
            var buffer = new byte[4096];
            while (socket.Receive(buffer) is var count and > 0)
            {
                answer.Write(buffer, 0, count);
            }
        }
        catch (SocketException)
        {
            // What has come until then is the answer.
        }

        return Parse(Encoding.UTF8.GetString(answer.GetBuffer(), 0, (int)answer.Length));
    }

    private static RawAnswer Parse(string text)
    {
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return end > StatusAt + 3
            && int.TryParse(text.AsSpan(StatusAt, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var status)
            ? new RawAnswer(status, text[..end], text[(end + 4)..])
            : new RawAnswer(0, "", text);
    }
}
