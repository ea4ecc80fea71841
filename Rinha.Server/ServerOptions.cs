using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Rinha.Server.Net;
using Rinha.Server.Postgres;
using Rinha.Server.Sqlite;

namespace Rinha.Server;

/// <summary>
/// The server's settings, checked. Each comes from a flag, else from the environment, else from its default.
/// </summary>
public sealed record ServerOptions
{
    private const string SqliteScheme = "sqlite://";
    private const int SlowRequestMsMax = 3_600_000;
    private const int SocketPathBytesMax = 107; // sun_path of unix(7), less its final NUL.

    /// <summary>The SQLite file; empty when the ledger is in <see cref="Postgres"/>.</summary>
    public required string DatabasePath { get; init; }

    /// <summary>The PostgreSQL database; <see langword="null"/> when the ledger is a file.</summary>
    public PostgresAddress? Postgres { get; init; }

    /// <summary>Where the ledger is, as it may be shown.</summary>
    public string Database => Postgres?.ToString() ?? DatabasePath;

    /// <summary>Where to listen.</summary>
    public required ListenAddress Address { get; init; }

    /// <summary>What a commit waits for.</summary>
    public required Synchronous Synchronous { get; init; }

    /// <summary>The least important level that is logged.</summary>
    public required LogLevel LogLevel { get; init; }

    /// <summary>How a log line looks.</summary>
    public required LogFormat LogFormat { get; init; }

    /// <summary>From which duration a request is logged as slow, in milliseconds; 0 for never.</summary>
    public required int SlowRequestMs { get; init; }

    /// <summary>
    /// How long it goes on accepting after it was told to stop, in milliseconds, 0 to
    /// <see cref="Limits.DrainDelayMsMax"/>.
    /// </summary>
    public required int DrainDelayMs { get; init; }

    /// <summary>Whether <c>POST /reset</c> exists.</summary>
    public required bool ResetEnabled { get; init; }


    /// <summary>Checks the settings as given.</summary>
    /// <param name="given">A setting's text, <see langword="null"/> when it is not given.</param>
    /// <param name="options">The settings when all are good.</param>
    /// <param name="error">One line that names the bad setting and says why, when one is bad.</param>
    public static bool TryCreate(
        Func<Setting, string?> given,
        [NotNullWhen(true)] out ServerOptions? options,
        [NotNullWhen(false)] out string? error)
    {
        options = null;
        if (!TryReadDatabase(given(Setting.DatabaseUrl), out var path, out var postgres, out error)
            || !TryReadAddress(given, out var address, out error)
            || !TryReadChoice(
                Setting.Synchronous, given(Setting.Synchronous), Synchronous.Normal, out var synchronous, out error)
            || !TryReadChoice(
                Setting.LogLevel, given(Setting.LogLevel), LogLevel.Information, out var logLevel, out error)
            || !TryReadChoice(
                Setting.LogFormat, given(Setting.LogFormat), LogFormat.Json, out var logFormat, out error)
            || !TryReadMilliseconds(
                Setting.SlowRequestMs, given(Setting.SlowRequestMs), SlowRequestMsMax, out var slowRequestMs, out error)
            || !TryReadMilliseconds(
                Setting.DrainDelayMs,
                given(Setting.DrainDelayMs),
                Limits.DrainDelayMsMax,
                out var drainDelayMs,
                out error)
            || !TryReadBoolean(Setting.EnableReset, given(Setting.EnableReset), out var resetEnabled, out error))
        {
            return false;
        }

        options = new ServerOptions
        {
            DatabasePath = path,
            Postgres = postgres,
            Address = address,
            Synchronous = synchronous,
            LogLevel = logLevel,
            LogFormat = logFormat,
            SlowRequestMs = slowRequestMs,
            DrainDelayMs = drainDelayMs,
            ResetEnabled = resetEnabled,
        };
        return true;
    }

    /// <summary>All settings in one line, for the log.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"database {Database}, synchronous {Synchronous}, listen {Address}, log level {LogLevel}, "
        + $"log format {LogFormat}, slow from {SlowRequestMs} ms, "
        + $"drain delay {DrainDelayMs} ms, {(ResetEnabled ? "reset on" : "reset off")}");

    private static bool TryReadDatabase(
        string? text, out string path, out PostgresAddress? postgres, [NotNullWhen(false)] out string? error)
    {
        postgres = null;
        path = text ?? Setting.DatabaseUrl.Default!;
        if (PostgresAddress.IsMeant(path))
        {
            var isAddress = PostgresAddress.TryParse(path, out postgres, out var reason);
            error = isAddress ? null : $"{Setting.DatabaseUrl.Variable}: {reason}";
            path = "";
            return isAddress;
        }

        if (path.StartsWith(SqliteScheme, StringComparison.OrdinalIgnoreCase))
        {
            path = path[SqliteScheme.Length..];
            if (!path.StartsWith('/'))
            {
                error = $"{Setting.DatabaseUrl.Variable}: write sqlite:///absolute/path or a plain path, not '{text}'";
                return false;
            }
        }
        else if (path.Contains("://", StringComparison.Ordinal))
        {
            error = $"{Setting.DatabaseUrl.Variable}: only sqlite:///path, a plain path or postgres://… is known, "
                + $"not '{text}'";
            return false;
        }

        if (path.Length == 0 || path.EndsWith('/') || path.Contains('\0'))
        {
            error = $"{Setting.DatabaseUrl.Variable}: '{text}' names no file";
            return false;
        }

        path = Path.GetFullPath(path);
        error = null;
        return true;
    }

    private static bool TryReadAddress(
        Func<Setting, string?> given,
        [NotNullWhen(true)] out ListenAddress? address,
        [NotNullWhen(false)] out string? error)
    {
        address = null;
        var modeText = given(Setting.ApiSocketMode);
        if (given(Setting.ApiSocket) is not { } socket)
        {
            if (modeText is not null)
            {
                error = $"{Setting.ApiSocketMode.Variable} is for {Setting.ApiSocket.Variable}, which is not set";
                return false;
            }

            return TryReadTcp(given, out address, out error);
        }

        if (given(Setting.ApiHost) is not null || given(Setting.ApiPort) is not null)
        {
            error = $"{Setting.ApiSocket.Variable} and {Setting.ApiHost.Variable}/{Setting.ApiPort.Variable} "
                + "are both set; choose one";
            return false;
        }

        var path = socket.Length == 0 ? "" : Path.GetFullPath(socket);
        if (path.Length == 0 || System.Text.Encoding.UTF8.GetByteCount(path) > SocketPathBytesMax)
        {
            error = $"{Setting.ApiSocket.Variable}: a path of 1 to {SocketPathBytesMax} bytes, not '{socket}'";
            return false;
        }

        if (!TryReadMode(modeText ?? Setting.ApiSocketMode.Default!, out var mode))
        {
            error = $"{Setting.ApiSocketMode.Variable}: octal digits up to 777, not '{modeText}'";
            return false;
        }

        address = new ListenAddress(new UnixDomainSocketEndPoint(path), mode);
        error = null;
        return true;
    }

    private static bool TryReadTcp(
        Func<Setting, string?> given,
        [NotNullWhen(true)] out ListenAddress? address,
        [NotNullWhen(false)] out string? error)
    {
        address = null;
        var hostText = given(Setting.ApiHost) ?? Setting.ApiHost.Default!;
        var host = hostText == "localhost" ? IPAddress.Loopback : null;
        if (host is null && !IPAddress.TryParse(hostText, out host))
        {
            error = $"{Setting.ApiHost.Variable}: an IP address or localhost, not '{hostText}'";
            return false;
        }

        var portText = given(Setting.ApiPort) ?? Setting.ApiPort.Default!;
        if (!ushort.TryParse(portText, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0)
        {
            error = $"{Setting.ApiPort.Variable}: a port from 1 to 65535, not '{portText}'";
            return false;
        }

        address = new ListenAddress(new IPEndPoint(host, port), default);
        error = null;
        return true;
    }

    private static bool TryReadMode(string text, out UnixFileMode mode)
    {
        mode = default;
        foreach (var digit in text)
        {
            if (digit is < '0' or > '7' || text.Length > 4)
            {
                return false;
            }

            mode = (UnixFileMode)(((int)mode * 8) + (digit - '0'));
        }

        return text.Length > 0 && (int)mode <= 0x1FF;
    }

    private static bool TryReadChoice<T>(
        Setting setting, string? text, T fallback, out T value, [NotNullWhen(false)] out string? error)
        where T : struct, Enum
    {
        value = fallback;
        error = null;
        // Enum.TryParse would take numbers as well.
        if (text is null || (text.All(char.IsAsciiLetter) && Enum.TryParse(text, ignoreCase: true, out value)))
        {
            return true;
        }

        error = $"{setting.Variable}: one of {string.Join(", ", Enum.GetNames<T>())}, not '{text}'";
        return false;
    }

    private static bool TryReadMilliseconds(
        Setting setting, string? text, int maxMs, out int valueMs, [NotNullWhen(false)] out string? error)
    {
        text ??= setting.Default!;
        error = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out valueMs) && valueMs <= maxMs
            ? null
            : $"{setting.Variable}: milliseconds from 0 to {maxMs}, not '{text}'";
        return error is null;
    }

    private static bool TryReadBoolean(
        Setting setting, string? text, out bool value, [NotNullWhen(false)] out string? error)
    {
        value = false;
        error = null;
        if (text is null || bool.TryParse(text, out value))
        {
            return true;
        }

        error = $"{setting.Variable}: true or false, not '{text}'";
        return false;
    }
}
