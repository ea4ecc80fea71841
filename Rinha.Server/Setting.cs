using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Rinha.Server.Net;
using Rinha.Server.Sqlite;

namespace Rinha.Server;

public enum LogFormat
{
    Json, // One object, for programs.
    Text, // One line, for people.
}

/// <summary>Reads a setting's text. Returns what is wrong with it, to follow the variable's name.</summary>
public delegate string? SettingParser<T>(string text, out T value);

/// <summary>
/// A setting, declared once: the environment variable, from which its flag follows (<c>API_PORT</c>,
/// <c>--api-port</c>), its default, its help, what it may be, and how the start line tells it. A new one needs nothing
/// but its declaration here; <see cref="ServerOptions.Get"/> gives its value.
/// </summary>
public abstract class Setting
{
    // Shorter names differ by two letters from those of other programs: APP_PORT, API_ROOT.
    private const int GuessedLengthMin = 10;
    private const int GuessedEditsMax = 2;

    private static readonly List<Setting> s_all = []; // Before the settings, which add themselves.

    public static readonly Setting<DatabaseAddress> Database = new(
        "DATABASE_URL",
        "rinha.db",
        "The ledger: sqlite:///absolute/path or a plain path, or postgres://user:password@host:port/database.",
        DatabaseAddress.Parse,
        database => $"database {database}");

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

    public static readonly Setting<Synchronous> Synchronous = new(
        "RINHA_SYNCHRONOUS",
        "NORMAL",
        "What an answer waits for: NORMAL (the kernel), FULL (the disk).",
        ParseChoice,
        synchronous => $"synchronous {synchronous}");

    public static readonly Setting<LogLevel> LogLevel = new(
        "RINHA_LOG_LEVEL",
        "Information",
        "Trace, Debug, Information, Warning, Error, Critical or None.",
        ParseChoice,
        level => $"log level {level}");

    public static readonly Setting<LogFormat> LogFormat = new(
        "RINHA_LOG_FORMAT",
        "Json",
        "A log line is for programs (json, an object) or for people (text).",
        ParseChoice,
        format => $"log format {format}");

    public static readonly Setting<int> SlowRequestMs = new(
        "RINHA_SLOW_REQUEST_MS",
        "1000",
        "Requests that take so many milliseconds are logged; 0 for none.",
        (string text, out int slowMs) => ParseMilliseconds(text, Limits.SlowRequestMsMax, out slowMs),
        slowMs => $"slow from {slowMs} ms");

    public static readonly Setting<int> DrainDelayMs = new(
        "RINHA_DRAIN_DELAY_MS",
        "0",
        "How long to go on accepting after SIGTERM, with /health at 503, in milliseconds: 0 to 60000.",
        (string text, out int delayMs) => ParseMilliseconds(text, Limits.DrainDelayMsMax, out delayMs),
        delayMs => $"drain delay {delayMs} ms");

    public static readonly Setting<bool> ResetEnabled = new(
        "RINHA_ENABLE_RESET",
        "false",
        "Whether POST /reset empties the ledger: true or false.",
        (string text, out bool isEnabled) =>
            bool.TryParse(text, out isEnabled) ? null : $"true or false, not '{text}'",
        isEnabled => isEnabled ? "reset on" : "reset off");

    private protected Setting(string variable, string? fallback, string help, string name)
    {
        (Variable, Default, Help, Name) = (variable, fallback, help, name);
        s_all.Add(this);
    }

    /// <summary>All of them, in the order of <c>--help</c>.</summary>
    public static IReadOnlyList<Setting> All => s_all;

    public string Variable { get; }

    /// <summary>The text that holds when none is given; <see langword="null"/> for none.</summary>
    public string? Default { get; }

    public string Help { get; }

    /// <summary>The field of the start line that has its value.</summary>
    public string Name { get; }

    public string Flag => "--" + Variable.ToLowerInvariant().Replace('_', '-');

    // Returns what is wrong with the text, in one line that names the variable, if something is.
    internal abstract string? Parse(string text, out object? value);

    // What the start line says; null for what it tells in another way.
    internal abstract string? Tell(object? value);

    /// <summary>
    /// The setting that an unknown variable probably means: one within two edits. Other names are other programs'
    /// business, whatever they begin with: Kubernetes gives every pod <c>RINHA_PORT</c> where a service is called
    /// <c>rinha</c>.
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

    // Enum.TryParse would take numbers as well.
    private static string? ParseChoice<T>(string text, out T value)
        where T : struct, Enum
    {
        value = default;
        return text.All(char.IsAsciiLetter) && Enum.TryParse(text, ignoreCase: true, out value)
            ? null
            : $"one of {string.Join(", ", Enum.GetNames<T>())}, not '{text}'";
    }

    private static string? ParseMilliseconds(string text, int maxMs, out int valueMs) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out valueMs) && valueMs <= maxMs
            ? null
            : $"milliseconds from 0 to {maxMs}, not '{text}'";
}

public sealed class Setting<T>(
    string variable,
    string? fallback,
    string help,
    SettingParser<T> parser,
    Func<T, string>? tell = null,
    [CallerMemberName] string name = "")
    : Setting(variable, fallback, help, name)
{
    internal override string? Parse(string text, out object? value)
    {
        var wrong = parser(text, out var parsed);
        value = parsed;
        return wrong is null ? null : $"{Variable}: {wrong}";
    }

    internal override string? Tell(object? value) => tell?.Invoke((T)value!);
}
