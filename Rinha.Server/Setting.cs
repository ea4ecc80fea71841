namespace Rinha.Server;

/// <summary>
/// One setting: an environment variable and the flag of the same name (<c>API_PORT</c>, <c>--api-port</c>).
/// </summary>
/// <param name="Variable">The environment variable.</param>
/// <param name="Default">What holds when it is not given, if that can be said in a word.</param>
/// <param name="Help">What it does, for <c>--help</c>.</param>
public sealed record Setting(string Variable, string? Default, string Help)
{
    // Shorter names differ by two letters from those of other programs: APP_PORT, API_ROOT.
    private const int GuessedLengthMin = 10;
    private const int GuessedEditsMax = 2;

    /// <summary>Where the ledger is.</summary>
    public static readonly Setting DatabaseUrl = new(
        "DATABASE_URL",
        "rinha.db",
        "The ledger: sqlite:///absolute/path or a plain path, or postgres://user:password@host:port/database.");

    /// <summary>The address of the TCP listener.</summary>
    public static readonly Setting ApiHost = new("API_HOST", "127.0.0.1", "The IP address to listen on.");

    /// <summary>The port of the TCP listener.</summary>
    public static readonly Setting ApiPort = new("API_PORT", "9999", "The TCP port to listen on.");

    /// <summary>The unix socket, in place of TCP.</summary>
    public static readonly Setting ApiSocket =
        new("API_SOCKET", null, "The path of a unix socket to listen on, instead of TCP.");

    /// <summary>The unix socket's file mode.</summary>
    public static readonly Setting ApiSocketMode =
        new("API_SOCKET_MODE", "660", "The unix socket's file mode, in octal; connecting needs write permission.");

    /// <summary>What a commit waits for.</summary>
    public static readonly Setting Synchronous = new(
        "RINHA_SYNCHRONOUS", "NORMAL", "What an answer waits for: NORMAL (the kernel), FULL (the disk).");

    /// <summary>How much is logged.</summary>
    public static readonly Setting LogLevel = new(
        "RINHA_LOG_LEVEL", "Information", "Trace, Debug, Information, Warning, Error, Critical or None.");

    /// <summary>How a log line looks.</summary>
    public static readonly Setting LogFormat = new(
        "RINHA_LOG_FORMAT", "Json", "A log line is for programs (json, an object) or for people (text).");

    /// <summary>From when a request is slow.</summary>
    public static readonly Setting SlowRequestMs = new(
        "RINHA_SLOW_REQUEST_MS", "1000", "Requests that take so many milliseconds are logged; 0 for none.");

    /// <summary>How long balancers that ask have to leave before a stopping server closes its listener.</summary>
    public static readonly Setting DrainDelayMs = new(
        "RINHA_DRAIN_DELAY_MS",
        "0",
        "How long to go on accepting after SIGTERM, with /health at 503, in milliseconds: 0 to 60000.");

    /// <summary>Whether the ledger can be emptied over HTTP.</summary>
    public static readonly Setting EnableReset =
        new("RINHA_ENABLE_RESET", "false", "Whether POST /reset empties the ledger: true or false.");

    /// <summary>All of them, in the order of <c>--help</c>.</summary>
    public static readonly IReadOnlyList<Setting> All =
    [
        DatabaseUrl,
        ApiHost,
        ApiPort,
        ApiSocket,
        ApiSocketMode,
        Synchronous,
        LogLevel,
        LogFormat,
        SlowRequestMs,
        DrainDelayMs,
        EnableReset,
    ];

    /// <summary>The command-line flag.</summary>
    public string Flag => "--" + Variable.ToLowerInvariant().Replace('_', '-');

    /// <summary>
    /// The setting whose variable was probably meant by a name that is none: it differs by one or two edits. Other
    /// names are other programs' business, whatever they begin with: Kubernetes gives every pod <c>RINHA_PORT</c> where
    /// a service is called <c>rinha</c>.
    /// </summary>
    public static Setting? Meant(string variable) => All.Any(setting => setting.Variable == variable)
        ? null
        : All.FirstOrDefault(setting => setting.Variable.Length >= GuessedLengthMin
            && Math.Abs(setting.Variable.Length - variable.Length) <= GuessedEditsMax
            && Edits(setting.Variable, variable) <= GuessedEditsMax);

    // Letters to insert, delete or replace (Levenshtein's distance).
    private static int Edits(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
