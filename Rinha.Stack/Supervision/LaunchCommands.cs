namespace Rinha.Stack.Supervision;

/// <summary>The command line of each process of a stack, and the configuration files they read.</summary>
public sealed class LaunchCommands(RunOptions options, string sockets, PostgresCluster? database)
{
    /// <summary>The mode of a server's socket. As root, the proxy's group may connect.</summary>
    public static string SocketMode => Environment.IsPrivilegedProcess ? "0660" : "0600";

    private ProxyStart ProxyStart => new(
        sockets, options.Data.Run, options.Access, options.TlsDirectory, options.NginxDirectory,
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

    /// <summary>Whether the ledger is there: a server that is restarted must not create another.</summary>
    public bool HasLedger { get; set; }

    public string SocketOf(string name) => Path.Combine(sockets, name + ".sock");

    private IReadOnlyList<string> Server(string name)
    {
        // Not an argument when the user named it: it may hold a password.
        var mode = HasLedger ? "?mode=rw" : "";
        string[] ledger = options.Ledger is { File: { } file }
                ? HasLedger ? [$"{RunSettings.Ledger}={file}{mode}"] : []
            : options.Ledger is not null ? []
            : options.Layout.HasPostgres ? [$"{RunSettings.Ledger}=postgres://rinha@/rinha?host={sockets}-db"]
            : [$"{RunSettings.Ledger}={options.Data.LedgerFile}{mode}"];
        string[] drain = RunSettings.Get(RunSettings.DrainDelay) is null
            ? [$"{RunSettings.DrainDelay}={options.Layout.Proxy.DrainDelayMs}"]
            : [];
        string[] metrics = options.Layout.Proxy.IsLayer4
            ? [$"API_METRICS_SOCKET={options.Layout.MetricsSocketOf(sockets, name)}"]
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
            .. metrics,
            .. drain,
            options.Server,
        ];
    }

    private string FloorFile(string name) => options.Data.RunFile(name + ".conf");
}
