namespace Rinha.Testing;

/// <summary>
/// A connection that sends exactly the given bytes and reads one response at a time. Every read and write has a
/// timeout.
/// </summary>
public sealed class RawConnection : IDisposable
{
    private const int TimeoutMs = 60_000;
    private const nuint OutputQueue = 0x5411; // SIOCOUTQ

    private readonly Socket _socket;
    private readonly byte[] _received = new byte[64 * 1024];
    private int _start;
    private int _end;

    public RawConnection(EndPoint endPoint, IPAddress? from = null)
    {
        _socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified)
        {
            ReceiveTimeout = TimeoutMs,
            SendTimeout = TimeoutMs,
        };
        if (endPoint is IPEndPoint)
        {
            _socket.NoDelay = true;
        }

        if (from is not null)
        {
            _socket.Bind(new IPEndPoint(from, 0));
        }

        _socket.Connect(endPoint);
    }

    public void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[_socket.Send(bytes)..];
        }
    }

    public void Send(string text) => Send(Encoding.UTF8.GetBytes(text));

    /// <summary>Waits until the peer of the unix socket has read everything sent.</summary>
    public void AwaitRead()
    {
        var spin = default(SpinWait);
        do
        {
            spin.SpinOnce(sleep1Threshold: 1000);
        }
        while (Unread() > 0);
    }

    /// <summary>How many sent bytes the peer of the unix socket has not read.</summary>
    public int Unread()
    {
        Assert.Equal(AddressFamily.Unix, _socket.AddressFamily);
        Assert.Equal(0, Control((int)_socket.Handle, OutputQueue, out var unread));
        return unread;
    }

    public void EndSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Closes the connection with a reset.</summary>
    public void Abort() => _socket.Close(0);

    public RawResponse Exchange(ReadOnlySpan<byte> request, bool head = false)
    {
        Send(request);
        return Receive(head);
    }

    /// <summary>Reads one response. head: it answers a HEAD, so it has no body.</summary>
    public RawResponse Receive(bool head = false)
    {
        var statusLine = ReadLine();
        Assert.Matches("^HTTP/1[.][01] ", statusLine); // Caddy answers HTTP/1.0 in kind.
        var headers = new List<KeyValuePair<string, string>>();
        for (var line = ReadLine(); line.Length > 0; line = ReadLine())
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers.Add(new(line[..colon], line[(colon + 1)..].Trim()));
        }

        var response = new RawResponse(statusLine, headers, []);
        if (head || response.Status is < 200 or 204 or 304)
        {
            return response;
        }

        var length = response.Header("Content-Length");
        Assert.True(length is not null, $"{statusLine}: no Content-Length");
        return response with { Body = [.. Enumerable.Range(0, int.Parse(length)).Select(_ => ReadByte())] };
    }

    /// <summary>Waits for the peer to close; returns false if there is unread data instead.</summary>
    public bool IsEnded()
    {
        try
        {
            return _start == _end && _socket.Receive(_received) == 0;
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionReset)
        {
            return true;
        }
    }

    /// <summary>Whether unread data has arrived; does not wait.</summary>
    public bool HasMore() => _start < _end || _socket.Poll(0, SelectMode.SelectRead);

    public void Dispose() => _socket.Dispose();

    private string ReadLine()
    {
        var line = new List<byte>();
        while (line.Count < 2 || line[^2] != '\r' || line[^1] != '\n')
        {
            line.Add(ReadByte());
        }

        return Encoding.Latin1.GetString([.. line[..^2]]);
    }

    private byte ReadByte()
    {
        if (_start == _end)
        {
            _start = 0;
            _end = _socket.Receive(_received);
            if (_end == 0)
            {
                throw new EndOfStreamException("the connection ended before the response was complete");
            }
        }

        return _received[_start++];
    }

    [DllImport("libc", EntryPoint = "ioctl")]
    private static extern int Control(int descriptor, nuint request, out int value);
}

/// <summary>Builds requests as bytes, valid or not.</summary>
public static class RawRequest
{
    public const string Json = "application/json";

    /// <summary>A valid body of 51 bytes.</summary>
    public const string Body = """{"valor": 1, "tipo": "c", "descricao": "descricao"}""";

    public static byte[] Credit => Post("/clientes/1/transacoes", Body);

    public static byte[] Of(string method, string path, string version = "HTTP/1.1", params string[] headers) =>
        Encoding.UTF8.GetBytes(
            $"{method} {path} {version}\r\nHost: localhost\r\n"
            + string.Concat(headers.Select(header => header + "\r\n")) + "\r\n");

    public static byte[] Get(string path, params string[] headers) => Of("GET", path, headers: headers);

    public static byte[] Post(string path, byte[] body, string? contentType = Json, params string[] headers) =>
    [
        .. Of(
            "POST",
            path,
            headers:
            [
                .. contentType is null ? [] : new[] { $"Content-Type: {contentType}" },
                $"Content-Length: {body.Length}",
                .. headers,
            ]),
        .. body,
    ];

    public static byte[] Post(string path, string body, string? contentType = Json, params string[] headers) =>
        Post(path, Encoding.UTF8.GetBytes(body), contentType, headers);

    /// <summary>A post with its body in chunks of this size.</summary>
    public static byte[] PostChunked(string path, string body, int chunkBytes, params string[] headers)
    {
        string[] all = [$"Content-Type: {Json}", "Transfer-Encoding: chunked", .. headers];
        return [.. Of("POST", path, headers: all), .. Chunks(Encoding.UTF8.GetBytes(body), chunkBytes)];
    }

    private static IEnumerable<byte> Chunks(byte[] body, int chunkBytes) => body
        .Chunk(chunkBytes)
        .SelectMany(chunk => (byte[])[.. Encoding.ASCII.GetBytes($"{chunk.Length:x}\r\n"), .. chunk, .. "\r\n"u8])
        .Concat("0\r\n\r\n"u8.ToArray());
}

public sealed record RawResponse(
    string StatusLine, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body)
{
    public int Status { get; } = int.Parse(StatusLine.AsSpan(9, 3));

    public string Text => Encoding.UTF8.GetString(Body);

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    /// <summary>A header's value; fails when it is repeated.</summary>
    public string? Header(string name) => Headers
        .Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase))
        .Select(header => header.Value)
        .SingleOrDefault();

    /// <summary>Fails unless this is an RFC 9457 problem document with this status, and this type if given.</summary>
    public RawResponse AssertProblem(int status, string? type = null)
    {
        Assert.Equal(status, Status);
        Assert.Equal("application/problem+json", Header("Content-Type"));
        Assert.Equal(status, Json.GetProperty("status").GetInt32());
        Assert.NotEmpty(Json.GetProperty("title").GetString()!);
        Assert.Matches($"^/problems/{type ?? "[a-z-]+"}$", Json.GetProperty("type").GetString());
        return this;
    }

    public void AssertStatusIn(params int[] statuses) => Assert.Contains(Status, statuses);

    /// <summary>Fails unless this is a JSON 200.</summary>
    public RawResponse AssertOk()
    {
        Assert.True(Status == 200, $"{StatusLine}\n{Text}");
        Assert.Equal("application/json", Header("Content-Type"));
        return this;
    }
}
