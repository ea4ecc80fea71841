using Rinha.Stack.Proxies;

namespace Rinha.Stack.Supervision;

/// <summary>The command line of each process of a stack, and the configuration files they read.</summary>
public sealed class LaunchCommands(RunOptions options, string sockets, PostgresCluster? database)
{
    // nginx notices a stopping server by its closed connections; Caddy needs time to see it on /health.
    private const int CaddyDrainMilliseconds = 1000;

    /// <summary>The mode of a server's socket. As root, the proxy's group may connect.</summary>
    public static string SocketMode => Environment.IsPrivilegedProcess ? "0660" : "0600";

    private string NginxFile => options.Data.RunFile("nginx.conf");

    // Writes the configurations of the proxy and the database.
    public void WriteConfigurations()
    {
        if (options.Layout.HasCaddy)
        {
            Caddy.Prepare(sockets);
        }
        else
        {
            var configuration = new NginxConfiguration(
                sockets, options.Access, options.TlsDirectory, options.NginxDirectory);
            File.WriteAllText(NginxFile, configuration.Render(Nginx.Template));
        }

        if (options.Floor is { } load)
        {
            foreach (var name in StackLayout.Apis)
            {
                File.WriteAllText(FloorFile(name), Nginx.FloorConfiguration(sockets, name, load));
            }
        }

        database?.Configure();
    }

    public IReadOnlyList<string> For(string name)
    {
        if (name == StackLayout.Database)
        {
            return database!.Command();
        }

        if (name == options.Layout.Proxy)
        {
            return options.Layout.HasCaddy
                ? Caddy.Command(sockets, options.Access, options.Layout)
                : Nginx.Command(sockets, NginxFile);
        }

        return options.Floor is null ? Server(name) : Nginx.Command(sockets, FloorFile(name));
    }

    public string SocketOf(string name) => Path.Combine(sockets, name + ".sock");

    private IReadOnlyList<string> Server(string name)
    {
        // Not an argument when the user named it: it may hold a password.
        string[] ledger = options.Ledger is not null ? []
            : options.Layout.HasPostgres ? [$"{RunSettings.Ledger}=postgres://rinha@/rinha?host={sockets}-db"]
            : [$"{RunSettings.Ledger}={options.Data.LedgerFile}"];
        string[] drain = options.Layout.HasCaddy && RunSettings.Get(RunSettings.DrainDelay) is null
            ? [$"{RunSettings.DrainDelay}={CaddyDrainMilliseconds}"]
            : [];
        return
        [
            .. UserAccount.Proxy.AsGroup,
            "env",
            .. RunSettings.ForOneServer.Select(setting => "--unset=" + setting),
            .. ledger,
            $"API_SOCKET={SocketOf(name)}",
            $"API_SOCKET_MODE={SocketMode}",
            $"{RunSettings.Reset}={(options.Access.HasReset ? "true" : "false")}",
            .. drain,
            options.Server,
        ];
    }

    private string FloorFile(string name) => options.Data.RunFile(name + ".conf");
}
