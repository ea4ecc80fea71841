using System.Diagnostics.CodeAnalysis;

namespace Rinha.LoadTest.Http;

/// <summary>The server under test: <c>http://host:port</c>, or <c>unix:/path</c> for a unix socket.</summary>
public sealed class Target
{
    private const string UnixScheme = "unix:";

    private Target(string url, EndPoint endPoint, string host)
    {
        Url = url;
        EndPoint = endPoint;
        Host = host;
        var address = endPoint.Serialize();
        Address = address.Buffer[..address.Size].ToArray();
    }

    public string Url { get; }

    public string Host { get; }

    internal EndPoint EndPoint { get; }

    /// <summary>The address family, in the kernel's numbers (AF_UNIX 1, AF_INET 2, AF_INET6 10).</summary>
    internal int Family => BitConverter.ToUInt16(Address);

    internal bool IsTcp => EndPoint is IPEndPoint;

    /// <summary>The kernel's form of the address (struct sockaddr).</summary>
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

    /// <summary>Looks a host name up, once; prefers IPv4, as the contest's own tester does.</summary>
    public static bool TryParse(
        string url, [NotNullWhen(true)] out Target? target, [NotNullWhen(false)] out string? error)
    {
        target = null;
        error = null;
        try
        {
            if (url.StartsWith(UnixScheme, StringComparison.Ordinal))
            {
                // Refuses a path that does not fit into sun_path of unix(7): 1 to 107 bytes and a final NUL.
                target = new Target(url, new UnixDomainSocketEndPoint(url[UnixScheme.Length..]), "localhost");
                return true;
            }

            if (Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri is { Scheme: "http", PathAndQuery: "/" })
            {
                var addresses = Dns.GetHostAddresses(uri.DnsSafeHost);
                var address = Array.Find(addresses, one => one.AddressFamily == AddressFamily.InterNetwork);
                target = new Target(url, new IPEndPoint(address ?? addresses[0], uri.Port), uri.Authority);
                return true;
            }

            error = $"'{url}': write http://host:port or unix:/path";
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
