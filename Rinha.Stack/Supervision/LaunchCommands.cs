using Rinha.Stack.Proxies;

namespace Rinha.Stack.Supervision;

/// <summary>The command line of each process of a stack, and the configuration files they read.</summary>
public sealed class LaunchCommands(RunOptions options, string sockets, PostgresCluster? database)
{
    /// <summary>The mode of a server's socket. As root, the proxy's group may connect.</summary>
    public static string SocketMode => Environment.IsPrivilegedProcess ? "0660" : "0600";

    private ProxyStart ProxyStart => new(
        sockets, options.Data.Run, options.Port, options.LimitsAddresses, options.TlsDirectory, options.TlsPort,
        options.Layout.Setting);

    // Writes the configurations of the proxy and the database.
    public void WriteConfigurations()
    {
        options.Layout.Proxy.Prepare(ProxyStart);
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

        if (name == options.Layout.Proxy.Name)
        {
            return options.Layout.Proxy.Command(ProxyStart);
        }

        return options.Floor is null ? Server(name) : Nginx.Command(sockets, FloorFile(name));
    }

    public string SocketOf(string name) => Path.Combine(sockets, name + ".sock");

    private IReadOnlyList<string> Server(string name)
    {
        // The contest needs POST /reset; a bank open to a network with TLS must not have it.
        var reset = Environment.GetEnvironmentVariable("RINHA_ENABLE_RESET") is { Length: > 0 } value
            ? value
            : options.TlsDirectory is null ? "true" : "false";
        return
        [
            .. UserAccount.Proxy.AsGroup,
            "env",
            options.Layout.HasPostgres
                ? $"DATABASE_URL=postgres://rinha@/rinha?host={sockets}-db"
                : $"DATABASE_URL={options.Data.LedgerFile}",
            $"API_SOCKET={SocketOf(name)}",
            $"API_SOCKET_MODE={SocketMode}",
            $"RINHA_ENABLE_RESET={reset}",
            $"RINHA_DRAIN_DELAY_MS={options.Layout.Proxy.DrainDelayMs}",
            options.Server,
        ];
    }

    private string FloorFile(string name) => options.Data.RunFile(name + ".conf");
}
