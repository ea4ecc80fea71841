using Rinha.Stack.Proxies;

namespace Rinha.Stack.Supervision;

/// <summary>What becomes each process of a stack, and the files that it reads.</summary>
internal sealed class StackLaunches(RunOptions options, string sockets, PostgresCluster? database)
{
    // nginx learns from its connections that a server leaves; Caddy has to be told on /health, and given time to ask.
    private const int CaddyDrainMilliseconds = 1000;

    private string NginxFile => options.Data.RunFile("nginx.conf");

    /// <summary>Writes what the proxy and the database read.</summary>
    public void WriteConfigurations()
    {
        if (options.Layout.HasCaddy)
        {
            Caddy.Prepare(sockets);
        }
        else
        {
            var configuration = new NginxConfiguration(
                sockets, options.Port, options.LimitsAddresses, options.TlsDirectory, options.TlsPort);
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

    public Launch Of(string name)
    {
        if (name == StackLayout.Database)
        {
            return database!.Launch();
        }

        if (name == options.Layout.Proxy)
        {
            return options.Layout.HasCaddy
                ? Caddy.Run(sockets, options.Port, options.Layout)
                : Nginx.Run(sockets, NginxFile);
        }

        return options.Floor is null ? Server(name) : Nginx.Run(sockets, FloorFile(name));
    }

    public string SocketOf(string name) => Path.Combine(sockets, name + ".sock");

    // As root, its socket belongs to the group of the proxy's user; other users may not connect.
    private Launch Server(string name)
    {
        var isRoot = Environment.IsPrivilegedProcess;
        string[] identity = isRoot ? ["setpriv", $"--regid={UserAccount.Proxy.GroupId}", "--keep-groups"] : [];
        // The contest needs a reset; a bank that is open to a network with TLS does not.
        var reset = Environment.GetEnvironmentVariable("RINHA_ENABLE_RESET") is { Length: > 0 } value
            ? value
            : options.TlsDirectory is null ? "true" : "false";
        return new Launch([.. identity, options.Server])
        {
            Environment = new Dictionary<string, string>
            {
                ["DATABASE_URL"] = options.Layout.HasPostgres
                    ? $"postgres://rinha@/rinha?host={sockets}-db"
                    : options.Data.LedgerFile,
                ["API_SOCKET"] = SocketOf(name),
                ["API_SOCKET_MODE"] = isRoot ? "0660" : "0600",
                ["RINHA_ENABLE_RESET"] = reset,
                ["RINHA_DRAIN_DELAY_MS"] = $"{(options.Layout.HasCaddy ? CaddyDrainMilliseconds : 0)}",
            },
        };
    }

    private string FloorFile(string name) => options.Data.RunFile(name + ".conf");
}
