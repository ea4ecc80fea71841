using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace Rinha.Server.Postgres;

/// <summary>
/// A PostgreSQL ledger's address: the subset of libpq's connection URIs
/// (https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-CONNSTRING) that the server supports.
/// </summary>
public sealed class PostgresAddress
{
    private static readonly string[] s_schemes = ["postgres://", "postgresql://"];

    private PostgresAddress(NpgsqlConnectionStringBuilder connection) => Connection = connection;

    // The settings of every connection.
    internal NpgsqlConnectionStringBuilder Connection { get; }

    /// <summary>Whether a text begins with a PostgreSQL scheme.</summary>
    public static bool IsPostgresUrl(string text) =>
        Array.Exists(s_schemes, scheme => text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// Parses <c>postgres://[user[:password]@][host][:port][/database][?name=value&amp;…]</c>. The default database has
    /// the user's name.
    /// </summary>
    /// <param name="url">A text that passes <see cref="IsPostgresUrl"/>; any part may be percent-encoded.</param>
    /// <param name="reason">Why the URL is invalid; never contains a password.</param>
    public static bool TryParse(
        string url,
        [NotNullWhen(true)] out PostgresAddress? address,
        [NotNullWhen(false)] out string? reason)
    {
        address = null;
        var rest = url[(url.IndexOf("://", StringComparison.Ordinal) + 3)..];
        var query = CutAt(ref rest, '?');
        var database = CutAt(ref rest, '/');
        if (database.Contains('@'))
        {
            reason = "the '/' before an '@' must be percent-encoded, in a password too: %2F";
            return false;
        }

        var at = rest.LastIndexOf('@');
        var user = at < 0 ? "" : rest[..at];
        var host = rest[(at + 1)..];
        var password = CutAt(ref user, ':');
        var connection = new NpgsqlConnectionStringBuilder
        {
            Host = "localhost",
            ApplicationName = "Rinha.Server",
            // The same timeout for a locked row as for SQLite's write lock.
            Options = $"-c lock_timeout={Limits.BusyTimeoutMs}",
            CommandTimeout = Limits.PostgresCommandSeconds,
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
                // Never print a value, nor a malformed name: after an unescaped ? it is a part of the password.
                reason = name.All(character => char.IsAsciiLetter(character) || character == '_')
                    ? $"'{name}' is unknown, or its value is invalid"
                    : "a parameter is unknown; does the password contain an unescaped '?'?";
                return false;
            }
        }

        if (string.IsNullOrEmpty(connection.Username))
        {
            reason = "the user is missing: postgres://user@host/database";
            return false;
        }

        connection.Database ??= connection.Username; // As for libpq.
        reason = null;
        address = new PostgresAddress(connection);
        return true;
    }

    /// <summary>The address without its password.</summary>
    public override string ToString() =>
        $"postgres://{Connection.Username}@{Connection.Host}:{Connection.Port}/{Connection.Database}";

    private static (string Name, string Value) Parameter(string text)
    {
        var value = CutAt(ref text, '=');
        return (text, value);
    }

    // [::1]:5432, host:5432, host, or empty.
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
            case "host" when !value.Contains(',') && !value.Contains('\0'): // One host: only one has the ledger.
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
