using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Rinha.Server.Ledger;
using Rinha.Server.Net;
using Rinha.Server.Sqlite;

namespace Rinha.Server;

public enum LogFormat
{
    Json, // One JSON object a line.
    Text, // One readable line.
}

/// <summary>Parses a setting. Returns <see langword="null"/>, or the error that follows the variable's name.</summary>
public delegate string? SettingParser<T>(string text, out T value);

/// <summary>
/// A setting, declared once: its environment variable, its default, its help, its parser and its text in the Starting
/// event. The flag follows from the variable: <c>API_PORT</c>, <c>--api-port</c>. <see cref="ServerOptions.Get"/>
/// returns the value.
/// </summary>
public abstract class Setting
{
    // Shorter names are within two letters of other programs' variables: APP_PORT, API_ROOT.
    private const int SuggestedLengthMin = 10;
    private const int SuggestedEditsMax = 2;

    private static readonly List<Setting> s_all = []; // Must precede the settings, which add themselves.

    public static readonly Setting<DatabaseAddress> Database = new(
        "DATABASE_URL",
        "rinha.db",
        "The ledger: sqlite:///absolute/path or a plain path, with ?mode=rw to refuse to create it, or "
            + "postgres://user:password@host:port/database.",
        DatabaseAddress.Parse,
        database => $"database {database}");

    public static readonly Setting<int> DatabaseWait = new(
        "RINHA_DATABASE_WAIT",
        "30",
        "How long a start waits for a PostgreSQL that is not up yet, in seconds: 0 to 3600.",
        (string text, out int seconds) => ParseNumber(text, Limits.PostgresWaitSecondsMax, "seconds", out seconds));

    public static readonly Setting<IPAddress> ApiHost =
        new("API_HOST", "127.0.0.1", "The IP address to listen on.", ListenAddress.ParseHost);

    public static readonly Setting<ushort> ApiPort =
        new("API_PORT", "9999", "The TCP port to listen on.", ListenAddress.ParsePort);

    public static readonly Setting<string> ApiSocket =
        new("API_SOCKET", null, "The path of a unix socket to listen on, instead of TCP.", ListenAddress.ParsePath);

    public static readonly Setting<UnixFileMode> ApiSocketMode = new(
        "API_SOCKET_MODE",
        "660",
        "The unix socket's file mode, in octal; connecting needs write permission.",
        ListenAddress.ParseMode);

    public static readonly Setting<string> MetricsSocket = new(
        "API_METRICS_SOCKET",
        null,
        "The path of a second unix socket, which alone serves /metrics, where clients reach the first.",
        ListenAddress.ParsePath);

    public static readonly Setting<Synchronous> Synchronous = new(
        "RINHA_SYNCHRONOUS",
        "NORMAL",
        "What a commit waits for: NORMAL (the kernel), FULL (the disk).",
        ParseChoice,
        synchronous => $"synchronous {synchronous}");

    public static readonly Setting<InitialAccounts> Accounts = new(
        "RINHA_ACCOUNTS",
        "contest",
        "The accounts of a new ledger: contest (its five), none, or a file with an id and a limit in cents a line.",
        InitialAccounts.Parse);

    public static readonly Setting<LogLevel> LogLevel = new(
        "RINHA_LOG_LEVEL",
        "Information",
        "The lowest level to log: Trace, Debug, Information, Warning, Error, Critical or None.",
        ParseChoice,
        level => $"log level {level}");

    public static readonly Setting<LogFormat> LogFormat = new(
        "RINHA_LOG_FORMAT",
        "Json",
        "Log lines are JSON objects (json) or plain text (text).",
        ParseChoice,
        format => $"log format {format}");

    public static readonly Setting<int> SlowRequestMs = new(
        "RINHA_SLOW_REQUEST_MS",
        "1000",
        "Log requests that take this many milliseconds or more; 0 logs none.",
        (string text, out int slowMs) => ParseNumber(text, Limits.SlowRequestMsMax, "milliseconds", out slowMs),
        slowMs => $"slow from {slowMs} ms");

    public static readonly Setting<int> DrainDelayMs = new(
        "RINHA_DRAIN_DELAY_MS",
        "0",
        $"Milliseconds to keep accepting after SIGTERM, with /health at 503: 0 to {Limits.DrainDelayMsMax}.",
        (string text, out int delayMs) => ParseNumber(text, Limits.DrainDelayMsMax, "milliseconds", out delayMs),
        delayMs => $"drain delay {delayMs} ms");

    public static readonly Setting<bool> ResetEnabled = new(
        "RINHA_ENABLE_RESET",
        "false",
        "Whether POST /reset empties the ledger: true or false.",
        (string text, out bool isEnabled) =>
            bool.TryParse(text, out isEnabled) ? null : $"must be true or false, not '{text}'",
        isEnabled => isEnabled ? "reset on" : "reset off");

    private protected Setting(string variable, string? fallback, string help, string name)
    {
        (Variable, Default, Help, Name) = (variable, fallback, help, name);
        s_all.Add(this);
    }

    /// <summary>All settings, in the order of <c>--help</c>.</summary>
    public static IReadOnlyList<Setting> All => s_all;

    public string Variable { get; }

    /// <summary>The text to parse if none is given; <see langword="null"/> for no value.</summary>
    public string? Default { get; }

    public string Help { get; }

    /// <summary>The value's field in the Starting event.</summary>
    public string Name { get; }

    public string Flag => "--" + Variable.ToLowerInvariant().Replace('_', '-');

    // Returns null, or an error of one line that names the variable.
    internal abstract string? Parse(string text, out object? value);

    // The value in the Starting event's text; null for a setting that the text leaves out.
    internal abstract string? Describe(object? value);

    /// <summary>
    /// The setting that an unknown variable probably means: one within two edits. A common prefix is not enough:
    /// Kubernetes sets <c>RINHA_PORT</c> in every pod if a service is called <c>rinha</c>.
    /// </summary>
    public static Setting? Suggest(string variable) => All.Any(setting => setting.Variable == variable)
        ? null
        : All.FirstOrDefault(setting => setting.Variable.Length >= SuggestedLengthMin
            && Math.Abs(setting.Variable.Length - variable.Length) <= SuggestedEditsMax
            && EditDistance(setting.Variable, variable) <= SuggestedEditsMax);

    // The Levenshtein distance.
    private static int EditDistance(string from, string to)
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

    // Enum.TryParse alone would accept numbers.
    private static string? ParseChoice<T>(string text, out T value)
        where T : struct, Enum
    {
        value = default;
        return text.All(char.IsAsciiLetter) && Enum.TryParse(text, ignoreCase: true, out value)
            ? null
            : $"must be one of {string.Join(", ", Enum.GetNames<T>())}, not '{text}'";
    }

    private static string? ParseNumber(string text, int max, string unit, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value <= max
            ? null
            : $"must be 0 to {max} {unit}, not '{text}'";
}

public sealed class Setting<T>(
    string variable,
    string? fallback,
    string help,
    SettingParser<T> parser,
    Func<T, string>? describe = null,
    [CallerMemberName] string name = "")
    : Setting(variable, fallback, help, name)
{
    internal override string? Parse(string text, out object? value)
    {
        var error = parser(text, out var parsed);
        value = parsed;
        return error is null ? null : $"{Variable}: {error}";
    }

    internal override string? Describe(object? value) => describe?.Invoke((T)value!);
}
