namespace Rinha.Stack.Proxies;

/// <summary>What a stack's proxy listens on, and what it lets clients do.</summary>
/// <param name="Host">The address that the proxy listens on beside this machine's own.</param>
/// <param name="Port">The port for HTTP; with TLS for this machine only.</param>
/// <param name="TlsPort">The port for HTTPS.</param>
/// <param name="Limit">Requests per second for each address.</param>
/// <param name="MetricsPort">The port on 127.0.0.1 with the metrics of each API.</param>
/// <param name="HasReset">Whether POST /reset empties the ledger.</param>
/// <param name="Login">The files that make nginx ask for a login, if any.</param>
public sealed record StackAccess(
    string Host,
    int Port,
    int? TlsPort = null,
    int? Limit = null,
    int? MetricsPort = null,
    bool HasReset = true,
    string? Login = null)
{
    public const string Loopback = "127.0.0.1";

    // Both families.
    public const string Everywhere = "::";

    private const string Loopback6 = "::1";
    private const string Everywhere4 = "0.0.0.0";

    public string Url => $"http://{Loopback}:{Port}";

    public string? TlsUrl => TlsPort is null ? null : $"https://{InUrl(IsOpen ? Host : Loopback)}:{TlsPort}";

    /// <summary>Where clients go.</summary>
    public string MainUrl => TlsUrl ?? Url;

    public bool IsOpen => !IPAddress.IsLoopback(IPAddress.Parse(Host));

    /// <summary>The ports that it needs.</summary>
    public IEnumerable<int> Ports => new[] { Port, TlsPort, MetricsPort }.OfType<int>();

    /// <summary>The addresses for HTTP, which TLS keeps on this machine.</summary>
    public IReadOnlyList<string> HttpHosts => HostsOf(TlsPort is null ? Host : Loopback);

    public IReadOnlyList<string> TlsHosts => HostsOf(Host);

    /// <summary>The lines of run and status that say what is open.</summary>
    public IEnumerable<string> Describe(Proxy proxy)
    {
        var reach = Host switch
        {
            Everywhere => "on every address",
            Everywhere4 => "on every IPv4 address",
            _ => $"on {Host}",
        };
        var scope = IsOpen ? $"open to the network {reach}" : "for this machine only (--host ADDRESS opens it)";
        if (TlsUrl is not null)
        {
            yield return $"  https   {TlsUrl}, {scope}";
        }

        yield return $"  http    {Url}, {(TlsUrl is null ? scope : "for this machine only")}";
        yield return "  limit   " + (Limit is not null ? $"{Limit} requests/s for each address"
            : proxy.IsLayer4 && TlsPort is not null ? "100 connections for each address"
            : "off");
        yield return $"  login   {Login ?? "off: every client reaches every account"}";
        yield return $"  reset   {(HasReset ? "on: every client may empty the ledger" : "off")}";
        yield return "  metrics " + (MetricsPort is null
            ? "off"
            : $"http://{Loopback}:{MetricsPort}/api01/metrics and /api02/metrics, for this machine only");
    }

    /// <summary>
    /// The address that a text is, or the first one of a name; <see langword="null"/> when it is neither. 1.2.3, which
    /// inet_aton takes for 1.2.0.3, is not.
    /// </summary>
    public static IPAddress? Resolve(string host)
    {
        if (IPAddress.TryParse(host, out var address))
        {
            return address.AddressFamily == AddressFamily.InterNetwork
                ? $"{address}" == host ? address : null
                : host.Contains('[') ? null : address;
        }

        try
        {
            return host.Length == 0 ? null : Dns.GetHostAddresses(host).FirstOrDefault();
        }
        catch (Exception error) when (error is SocketException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>An address as URLs write it: IPv6 in brackets.</summary>
    public static string InUrl(string host) => host.Contains(':') ? $"[{host}]" : host;

    // This machine always reaches its own stack through loopback.
    private static string[] HostsOf(string host)
    {
        string[] all = host switch
        {
            Everywhere => [Everywhere4, Everywhere],
            Everywhere4 => [Everywhere4, Loopback6],
            _ => [.. new[] { Loopback, Loopback6, host }.Distinct()],
        };
        return File.Exists("/proc/net/if_inet6") ? all : [.. all.Where(address => !address.Contains(':'))];
    }
}
