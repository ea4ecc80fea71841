using System.Diagnostics.CodeAnalysis;

namespace Rinha.LoadTest.Http;

/// <summary>The server under test: <c>http://host:port</c>, or <c>unix:/path</c> for a unix socket.</summary>
public sealed class Target
{
    private const string UnixScheme = "unix:";
    private readonly EndPoint _endPoint;

    private Target(string url, EndPoint endPoint, string host)
    {
        Url = url;
        _endPoint = endPoint;
        Host = host;
        var address = endPoint.Serialize();
        Address = address.Buffer[..address.Size].ToArray();
    }

    /// <summary>The URL as it was given.</summary>
    public string Url { get; }

    /// <summary>The value of the <c>host</c> header.</summary>
    public string Host { get; }

    /// <summary>Where to connect.</summary>
    internal EndPoint EndPoint => _endPoint;

    /// <summary>The address family, in the kernel's numbers (AF_UNIX 1, AF_INET 2, AF_INET6 10).</summary>
    internal int Family => BitConverter.ToUInt16(Address);

    /// <summary>Whether the connection is TCP.</summary>
    internal bool IsTcp => _endPoint is IPEndPoint;

    /// <summary>The kernel's form of the address (struct sockaddr).</summary>
    internal byte[] Address { get; }

    /// <inheritdoc/>
    public override string ToString() => Url;

    /// <summary>Whether somebody listens there.</summary>
    public bool Answers()
    {
        using var socket = new Socket(
            _endPoint.AddressFamily, SocketType.Stream, IsTcp ? ProtocolType.Tcp : ProtocolType.Unspecified);
        try
        {
            socket.Connect(_endPoint);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>
    /// Reads a URL; a host name is looked up once, here, and IPv4 is preferred as the contest's own tester does.
    /// </summary>
    /// <param name="url">The URL.</param>
    /// <param name="target">The target, when the URL is good.</param>
    /// <param name="error">One line that says what is wrong with it, when it is not.</param>
    public static bool TryParse(
        string url, [NotNullWhen(true)] out Target? target, [NotNullWhen(false)] out string? error)
    {
        target = null;
        if (url.StartsWith(UnixScheme, StringComparison.Ordinal))
        {
            return TryParseUnix(url, out target, out error);
        }

        error = $"'{url}': write http://host:port or unix:/path";
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme != "http" || uri.PathAndQuery != "/")
        {
            return false;
        }

        try
        {
            var addresses = Dns.GetHostAddresses(uri.DnsSafeHost);
            var address = Array.Find(addresses, one => one.AddressFamily == AddressFamily.InterNetwork) ?? addresses[0];
            target = new Target(url, new IPEndPoint(address, uri.Port), uri.Authority);
            error = null;
            return true;
        }
        catch (Exception failure) when (failure is SocketException or ArgumentException)
        {
            error = $"'{url}': {failure.Message.ReplaceLineEndings(" ")}";
            return false;
        }
    }

    private static bool TryParseUnix(string url, out Target? target, out string? error)
    {
        target = null;
        var path = url[UnixScheme.Length..];
        const int pathBytesMax = 107; // sun_path of unix(7), less its final NUL.
        if (path.Length == 0 || System.Text.Encoding.UTF8.GetByteCount(path) > pathBytesMax)
        {
            error = $"'{url}': a socket's path has 1 to {pathBytesMax} bytes";
            return false;
        }

        target = new Target(url, new UnixDomainSocketEndPoint(path), "localhost");
        error = null;
        return true;
    }
}
