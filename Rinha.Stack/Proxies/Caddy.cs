namespace Rinha.Stack.Proxies;

/// <summary>Prepares and starts Caddy. Its Caddyfile reads the addresses and the sockets from variables.</summary>
public static class Caddy
{
    /// <summary>
    /// Creates Caddy's home with a copy of its configuration: it runs as the proxy's user, which can reach the sockets
    /// but perhaps not the repository.
    /// </summary>
    public static void Prepare(string sockets)
    {
        var home = HomeIn(sockets);
        Directory.CreateDirectory(home, (UnixFileMode)0b111_000_000);
        var file = Path.Combine(home, "Caddyfile");
        File.WriteAllText(file, File.ReadAllText(Repository.PathOf("stacks", "caddy-postgres", "Caddyfile")));
        UserAccount.Proxy.Chown(home, file);
    }

    /// <summary>
    /// Caddy with one thread, as its CPU share is less than one core. GOMEMLIMIT stays below its memory limit, so that
    /// Go collects garbage before the kernel kills it.
    /// </summary>
    public static IReadOnlyList<string> Command(string sockets, StackAccess access, StackLayout layout) =>
    [
        .. UserAccount.Proxy.AsUser, "env", "-i", $"PATH={Tool.SearchPath}", $"HOME={HomeIn(sockets)}",
        $"RINHA_SOCKETS={sockets}", $"RINHA_PORT={access.Port}", $"RINHA_BIND={BindOf(access)}", "GOMAXPROCS=1",
        $"GOMEMLIMIT={layout.Setting("CADDY_HEAP")}",
        "caddy", "run", "--config", $"{HomeIn(sockets)}/Caddyfile", "--adapter", "caddyfile",
    ];

    // Go's listener on :: takes IPv4 too.
    private static string BindOf(StackAccess access) => access.Host == StackAccess.Everywhere
        ? StackAccess.Everywhere
        : string.Join(' ', access.HttpHosts);

    private static string HomeIn(string sockets) => Path.Combine(sockets, "caddy");
}
