namespace Rinha.Stack.Proxies;

/// <summary>
/// How Caddy is started. Its Caddyfile says by itself, through two variables, where the port and the sockets are.
/// </summary>
public static class Caddy
{
    /// <summary>
    /// Makes a directory for the configuration and for what Caddy writes. It runs as the user that nginx's workers
    /// have, to whom the sockets are open, and who may not be able to read the repository.
    /// </summary>
    public static void Prepare(string sockets)
    {
        var home = HomeIn(sockets);
        Directory.CreateDirectory(home, (UnixFileMode)0b111_000_000);
        var file = Path.Combine(home, "Caddyfile");
        File.WriteAllText(file, File.ReadAllText(Repository.PathOf("stacks", "caddy-postgres", "Caddyfile")));
        UserAccount.Proxy.Own(home, file);
    }

    /// <summary>
    /// Caddy with one thread at a time, as nginx has one worker: its share of the CPU is less than one core. The heap
    /// stays below what is left of its memory, so that it is collected instead of being killed.
    /// </summary>
    public static IReadOnlyList<string> Command(string sockets, int port, StackLayout layout) =>
    [
        .. UserAccount.Proxy.AsUser, "env", "-i", $"PATH={Tool.SearchPath}", $"HOME={HomeIn(sockets)}",
        $"RINHA_SOCKETS={sockets}", $"RINHA_PORT={port}", "GOMAXPROCS=1", $"GOMEMLIMIT={layout.Setting("CADDY_HEAP")}",
        "caddy", "run", "--config", $"{HomeIn(sockets)}/Caddyfile", "--adapter", "caddyfile",
    ];

    private static string HomeIn(string sockets) => Path.Combine(sockets, "caddy");
}
