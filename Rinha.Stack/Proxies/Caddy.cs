namespace Rinha.Stack.Proxies;

/// <summary>Caddy. Its Caddyfile reads the addresses and the sockets from variables.</summary>
public sealed class Caddy : Proxy
{
    public override string Name => "caddy";

    /// <summary>
    /// Creates Caddy's home with a copy of its configuration: it runs as the proxy's user, which can reach the sockets
    /// but perhaps not the repository.
    /// </summary>
    public override void Prepare(ProxyStart start)
    {
        var home = HomeIn(start.Sockets);
        Directory.CreateDirectory(home, (UnixFileMode)0b111_000_000);
        var file = Path.Combine(home, "Caddyfile");
        File.WriteAllText(file, File.ReadAllText(Repository.PathOf("stacks", "caddy-postgres", "Caddyfile")));
        UserAccount.Proxy.Chown(home, file);
    }

    /// <summary>
    /// One thread, as its CPU share is less than one core. GOMEMLIMIT stays below its memory limit, so that Go collects
    /// garbage before the kernel kills it.
    /// </summary>
    public override IReadOnlyList<string> Command(ProxyStart start) =>
    [
        .. UserAccount.Proxy.AsUser, "env", "-i", $"PATH={Tool.SearchPath}", $"HOME={HomeIn(start.Sockets)}",
        $"RINHA_SOCKETS={start.Sockets}", $"RINHA_PORT={start.Access.Port}", $"RINHA_BIND={BindOf(start.Access)}",
        "GOMAXPROCS=1", $"GOMEMLIMIT={start.Setting("CADDY_HEAP")}",
        Name, "run", "--config", $"{HomeIn(start.Sockets)}/Caddyfile", "--adapter", "caddyfile",
    ];

    // Go's listener on :: takes IPv4 too.
    private static string BindOf(StackAccess access) => access.Host == StackAccess.Everywhere
        ? StackAccess.Everywhere
        : string.Join(' ', access.HttpHosts);

    private static string HomeIn(string sockets) => Path.Combine(sockets, "caddy");
}
