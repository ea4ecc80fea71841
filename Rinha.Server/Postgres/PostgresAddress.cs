using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace Rinha.Server.Postgres;

/// <summary>
/// Where a PostgreSQL ledger is, and how to connect: what a libpq URI says
/// (https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-CONNSTRING), as far as it is known here.
/// </summary>
public sealed class PostgresAddress
{
    private static readonly string[] s_schemes = ["postgres://", "postgresql://"];

    private PostgresAddress(NpgsqlConnectionStringBuilder connection) => Connection = connection;

    /// <summary>The settings of every connection.</summary>
    internal NpgsqlConnectionStringBuilder Connection { get; }

    /// <summary>Whether a setting's text is meant as such an address.</summary>
    public static bool IsMeant(string text) =>
        Array.Exists(s_schemes, scheme => text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase));

    /// <summary>Reads <c>postgres://[user[:password]@][host][:port][/database][?name=value&amp;…]</c>.</summary>
    /// <param name="url">One for which <see cref="IsMeant"/> holds; every part of it may be percent-encoded.</param>
    /// <param name="reason">Why it cannot be used; never with a password in it.</param>
    public static bool TryParse(
        string url,
        [NotNullWhen(true)] out PostgresAddress? address,
        [NotNullWhen(false)] out string? reason)
    {
        address = null;
        var rest = url[(url.IndexOf("://", StringComparison.Ordinal) + 3)..];
        var query = CutAt(ref rest, '?');
        var database = CutAt(ref rest, '/');
        var at = rest.LastIndexOf('@');
        var user = at < 0 ? "" : rest[..at];
        var host = rest[(at + 1)..];
        var password = CutAt(ref user, ':');
        var connection = new NpgsqlConnectionStringBuilder
        {
            Host = "localhost",
            ApplicationName = "Rinha.Server",
            // A row that stays locked: as long as SQLite's ledger would wait for its lock.
            Options = $"-c lock_timeout={Limits.BusyTimeoutMs}",
            // What the server does not answer in time is given up; then nobody knows whether it was done.
            CommandTimeout = (Limits.BusyTimeoutMs / 1000) + 1,
            CancellationTimeout = -1,
            Timeout = Limits.PostgresConnectSeconds,
            KeepAlive = Limits.PostgresKeepAliveSeconds,
            NoResetOnClose = true,
            Enlist = false,
            MaxAutoPrepare = Limits.PostgresStatementsMax,
            AutoPrepareMinUsages = 2,
        };
        (string Name, string Value)[] parts =
        [
            ("user", user),
            ("password", password),
            .. HostAndPort(host),
            ("dbname", database),
            .. query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(Parameter),
        ];
        foreach (var (name, value) in parts)
        {
            if (value.Length > 0 && !TrySet(connection, name, Uri.UnescapeDataString(value)))
            {
                // Neither a value nor what is no name: with a ? that is not escaped it is a part of the password.
                reason = name.All(character => char.IsAsciiLetter(character) || character == '_')
                    ? $"'{name}' is not known, or its value cannot be used"
                    : "one of its parameters is not known; is there a ? in the password that is not escaped?";
                return false;
            }
        }

        if (string.IsNullOrEmpty(connection.Username))
        {
            reason = "it names no user: postgres://user@host/database";
            return false;
        }

        reason = null;
        address = new PostgresAddress(connection);
        return true;
    }

    /// <summary>The address as it may be shown: without the password.</summary>
    public override string ToString() =>
        $"postgres://{Connection.Username}@{Connection.Host}:{Connection.Port}/{Connection.Database}";

    private static (string Name, string Value) Parameter(string text)
    {
        var value = CutAt(ref text, '=');
        return (text, value);
    }

    // [::1]:5432, host:5432, host, or nothing.
    private static (string Name, string Value)[] HostAndPort(string text)
    {
        if (text.StartsWith('[') && text.Contains(']'))
        {
            return [("host", text[1..text.IndexOf(']')]), ("port", text[(text.IndexOf(']') + 1)..].TrimStart(':'))];
        }

        var port = CutAt(ref text, ':');
        return [("host", text), ("port", port)];
    }

    private static string CutAt(ref string text, char mark)
    {
        var index = text.IndexOf(mark);
        if (index < 0)
        {
            return "";
        }

        var rest = text[(index + 1)..];
        text = text[..index];
        return rest;
    }

    private static bool TrySet(NpgsqlConnectionStringBuilder connection, string name, string value)
    {
        switch (name)
        {
            case "user":
                connection.Username = value;
                break;
            case "password" when !value.Contains('\0'):
                connection.Password = value;
                break;
            case "host" when !value.Contains(',') && !value.Contains('\0'): // Of several, which has the ledger?
                connection.Host = value;
                break;
            case "port" when ushort.TryParse(
                value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0:
                connection.Port = port;
                break;
            case "dbname":
                connection.Database = value;
                break;
            case "sslmode" when !char.IsAsciiDigit(value[0]) && Enum.TryParse<SslMode>(
                value.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var mode):
                connection.SslMode = mode;
                break;
            case "sslrootcert" when File.Exists(value):
                connection.RootCertificate = value;
                break;
            case "application_name":
                connection.ApplicationName = value;
                break;
            case "options":
                connection.Options += " " + value;
                break;
            default:
                return false;
        }

        return true;
    }
}
