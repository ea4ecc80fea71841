namespace Rinha.Stack.Supervision;

/// <summary>
/// The variables that configure <c>run</c>: a flag wins over the environment, which wins over DATA/rinha.env, a file of
/// lines NAME=VALUE (docs/operations/settings.md).
/// </summary>
public static class RunSettings
{
    public const string Ledger = "DATABASE_URL";
    public const string Accounts = "RINHA_ACCOUNTS";
    public const string Reset = "RINHA_ENABLE_RESET";
    public const string DrainDelay = "RINHA_DRAIN_DELAY_MS";
    public const string Stack = "RINHA_STACK";
    public const string Host = "RINHA_HOST";
    public const string Port = "RINHA_PORT";
    public const string TlsDirectory = "RINHA_TLS_DIR";
    public const string TlsPort = "RINHA_TLS_PORT";
    public const string Limit = "RINHA_LIMIT";
    public const string MetricsPort = "RINHA_METRICS_PORT";
    public const string NginxDirectory = "RINHA_NGINX_DIR";

    private const string DatabaseWait = "RINHA_DATABASE_WAIT";
    private const string FileName = "rinha.env";

    /// <summary>Where a server listens by itself. A stack gives each of its servers a socket instead.</summary>
    public static readonly IReadOnlyList<string> ForOneServer =
        ["API_HOST", "API_PORT", "API_SOCKET", "API_SOCKET_MODE"];

    /// <summary>All others.</summary>
    public static readonly IReadOnlyList<string> All =
    [
        Ledger, Accounts, Reset, DrainDelay, Stack, Host, Port, TlsDirectory, TlsPort, Limit, MetricsPort,
        NginxDirectory,
        DatabaseWait, "RINHA_SYNCHRONOUS", "RINHA_LOG_LEVEL", "RINHA_LOG_FORMAT", "RINHA_SLOW_REQUEST_MS",
        "PGPASSWORD", "PGPASSFILE",
        .. from kind in (string[])["API", "NGINX", "CADDY", "DB"]
           from limit in (string[])["CPUS", "MEMORY"]
           select $"{kind}_{limit}",
        "CADDY_HEAP",
    ];

    /// <summary>Variables of the environment that are named like settings: misspelt, most likely.</summary>
    public static IReadOnlyList<string> Unknown =>
    [
        .. Environment.GetEnvironmentVariables().Keys.Cast<string>()
            .Where(name => name.StartsWith("RINHA_", StringComparison.Ordinal)
                && name != "RINHA_DATA" && !All.Contains(name))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>A variable's value; <see langword="null"/> when it is unset or empty.</summary>
    public static string? Get(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    /// <summary>How long a server waits for a database elsewhere: 30 s unless set. It refuses a wrong value.</summary>
    public static TimeSpan DatabaseWaitOf(StackLayout layout) => TimeSpan.FromSeconds(
        !layout.IsDatabaseElsewhere ? 0 : int.TryParse(Get(DatabaseWait), out var seconds) ? seconds : 30);

    /// <summary>The file, when it holds a password and other users may read it.</summary>
    public static string? ExposedFileOf(DataDirectory data)
    {
        var file = Path.Combine(data.FullPath, FileName);
        return File.Exists(file) && File.GetUnixFileMode(file).HasFlag(UnixFileMode.OtherRead)
            && File.ReadLines(file).Select(line => line.Trim().Split('=', 2)).Any(parts =>
                parts is ["PGPASSWORD", _]
                || (parts is [Ledger, var url] && LedgerAddress.HasPassword(url.Trim('"', '\''))))
            ? file
            : null;
    }

    /// <summary>Adds the file's settings to this process's environment, from which the servers inherit.</summary>
    /// <exception cref="UsageException">A line is no setting.</exception>
    public static void Load(DataDirectory data)
    {
        var file = Path.Combine(data.FullPath, FileName);
        var lines = File.Exists(file) ? File.ReadAllLines(file) : [];
        var names = new HashSet<string>();
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].Trim();
            if (line.Length == 0 || line.StartsWith('#'))
            {
                continue;
            }

            var name = line.Split('=')[0];
            if (name == line || !All.Contains(name) || !names.Add(name))
            {
                // Not the value, which may be a password; nor the line, when it has no name.
                throw new UsageException($"{file}, line {i + 1}: "
                    + (name == line ? "expected NAME=VALUE"
                        : names.Contains(name) ? $"a second {name}"
                        : $"no setting of ./rinha run: '{name}'")
                    + " (docs/operations/settings.md)");
            }

            if (Get(name) is null)
            {
                // Quotes around a value are a shell's habit.
                Environment.SetEnvironmentVariable(name, line[(name.Length + 1)..].Trim('"', '\''));
            }
        }
    }
}
