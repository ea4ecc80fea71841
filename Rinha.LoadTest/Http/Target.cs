using System.Diagnostics.CodeAnalysis;

namespace Rinha.LoadTest.Http;

// The server under test: http://host:port, https://host:port, or unix:/path for a unix socket. Immutable.
public sealed class Target
{
    private const string UnixScheme = "unix:";
    private const string TlsScheme = "https:";
    private const int HandshakeMilliseconds = 5000;

    private Target(string url, EndPoint endPoint, string host, TlsContext? tls = null)
    {
        Tls = tls;
        Url = url;
        EndPoint = endPoint;
        Host = host;
        var address = endPoint.Serialize();
        Address = address.Buffer[..address.Size].ToArray();
    }

    public string Url { get; }

    public string Host { get; }

    internal EndPoint EndPoint { get; }

    // Null without TLS.
    internal TlsContext? Tls { get; }

    // AF_UNIX 1, AF_INET 2, AF_INET6 10.
    internal int Family => BitConverter.ToUInt16(Address);

    internal bool IsTcp => EndPoint is IPEndPoint;

    // struct sockaddr
    internal byte[] Address { get; }

    public override string ToString() => Url;

    public bool Answers()
    {
        using var socket = NewSocket();
        try
        {
            socket.Connect(EndPoint);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    // Null, or why no TLS connection can be opened: a certificate that is not trusted, a server without TLS.
    public string? FindTlsProblem()
    {
        if (Tls is null)
        {
            return null;
        }

        using var socket = NewSocket();
        socket.SendTimeout = socket.ReceiveTimeout = HandshakeMilliseconds;
        socket.Connect(EndPoint);
        using var session = Tls.Open((int)socket.Handle);
        return session.Handshake() is { } problem ? $"{Url}: {problem}" : null;
    }

    // Resolves the host name once; prefers IPv4, like the contest's own tester. isInsecure: any certificate will do.
    public static bool TryParse(
        string url,
        [NotNullWhen(true)] out Target? target,
        [NotNullWhen(false)] out string? error,
        bool isInsecure = false)
    {
        target = null;
        error = null;
        if (url.Contains('@') && !url.StartsWith(UnixScheme, StringComparison.Ordinal))
        {
            error = "a URL with a user or a password cannot be loaded"; // Never print a password.
            return false;
        }

        try
        {
            var isTls = url.StartsWith(TlsScheme, StringComparison.OrdinalIgnoreCase);
            if (isInsecure && !isTls)
            {
                error = $"'{url}': --insecure requires an https URL";
                return false;
            }

            if (url.StartsWith(UnixScheme, StringComparison.Ordinal))
            {
                // Rejects a path that does not fit sun_path (unix(7)): 1 to 107 bytes and a NUL.
                target = new Target(url, new UnixDomainSocketEndPoint(url[UnixScheme.Length..]), "localhost");
                return true;
            }

            if (Uri.TryCreate(url, UriKind.Absolute, out var uri)
                && uri is { Scheme: "http" or "https", PathAndQuery: "/" })
            {
                var addresses = Dns.GetHostAddresses(uri.DnsSafeHost);
                var address = Array.Find(addresses, candidate => candidate.AddressFamily == AddressFamily.InterNetwork);
                target = new Target(
                    url,
                    new IPEndPoint(address ?? addresses[0], uri.Port),
                    uri.Authority,
                    isTls ? new TlsContext(uri.DnsSafeHost, isInsecure) : null);
                return true;
            }

            error = $"'{url}': expected http://host:port, https://host:port or unix:/path";
        }
        catch (DllNotFoundException)
        {
            error = $"'{url}': https requires OpenSSL 3 (libssl.so.3)";
        }
        catch (Exception failure) when (failure is SocketException or ArgumentException)
        {
            error = $"'{url}': {failure.Message.ReplaceLineEndings(" ")}";
        }

        return false;
    }

    internal Socket NewSocket() => new(
        EndPoint.AddressFamily, SocketType.Stream, IsTcp ? ProtocolType.Tcp : ProtocolType.Unspecified);
}
