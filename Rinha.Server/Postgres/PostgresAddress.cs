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

    private string _hosts = "localhost"; // As in a URL's query: host=a,b&port=5432,5433.
    private string _ports = "";
    private bool? _needsPrimary;

    private PostgresAddress()
    {
    }

    // The settings of every connection, to the first host.
    internal NpgsqlConnectionStringBuilder Connection { get; } = new()
    {
        ApplicationName = "Rinha.Server",
        // The same timeout for a locked row as for SQLite's write lock.
        Options = $"-c lock_timeout={Limits.BusyTimeoutMs}",
        CommandTimeout = Limits.PostgresCommandSeconds,
        CancellationTimeout = -1, // Npgsql sends a cancel request even so.
        Timeout = Limits.PostgresConnectSeconds,
        // Otherwise Npgsql 10 tries a silent host twice, to connect and to cancel; the second time without a timeout.
        GssEncryptionMode = GssEncryptionMode.Disable,
        NoResetOnClose = true,
        Enlist = false,
        MaxAutoPrepare = Limits.PostgresStatementsMax,
        AutoPrepareMinUsages = 2,
    };

    // The same settings for each of the hosts, of which one serves.
    internal IReadOnlyList<NpgsqlConnectionStringBuilder> Hosts { get; private set; } = [];

    // Whether a pooler between the server and PostgreSQL keeps prepared statements; null when the URL does not say.
    internal bool? PreparesStatements { get; private set; }

    // Whether only a host that accepts writes may serve: target_session_attrs.
    internal bool NeedsPrimary => _needsPrimary ?? Hosts.Count > 1;

    /// <summary>Whether a text begins with a PostgreSQL scheme.</summary>
    public static bool IsPostgresUrl(string text) =>
        Array.Exists(s_schemes, scheme => text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// Parses <c>postgres://[user[:password]@][host][:port][,…][/database][?name=value&amp;…]</c>. The default
    /// database has the user's name.
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
        var parsed = new PostgresAddress();
        (string Name, string Value)[] parts =
        [
            ("user", user),
            ("password", password),
            .. HostsAndPorts(host),
            ("dbname", database),
            .. query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(Parameter),
        ];
        foreach (var (name, value) in parts)
        {
            if (value.Length > 0 && !parsed.TrySet(name, Uri.UnescapeDataString(value)))
            {
                // Never print a value, nor a malformed name: after an unescaped ? it is a part of the password.
                reason = name == "target_session_attrs"
                    ? $"'{name}' is read-write, primary or any: a ledger is written to"
                    : name.All(character => char.IsAsciiLetter(character) || character == '_')
                    ? $"'{name}' is unknown, or its value is invalid"
                    : "a parameter is unknown; does the password contain an unescaped '?'?";
                return false;
            }
        }

        if (string.IsNullOrEmpty(parsed.Connection.Username))
        {
            reason = "the user is missing: postgres://user@host/database";
            return false;
        }

        parsed.Connection.Database ??= parsed.Connection.Username; // As for libpq.
        reason = parsed.SetHosts();
        address = reason is null ? parsed : null;
        return reason is null;
    }

    /// <summary>The address without its password.</summary>
    public override string ToString() =>
        $"postgres://{Connection.Username}@{string.Join(',', Hosts.Select(NameOf))}/{Connection.Database}";

    internal static string NameOf(NpgsqlConnectionStringBuilder host) =>
        host.Host!.Contains(':') ? $"[{host.Host}]:{host.Port}" : $"{host.Host}:{host.Port}";

    private static (string Name, string Value) Parameter(string text)
    {
        var value = CutAt(ref text, '=');
        return (text, value);
    }

    // A list of [::1]:5432, host:5432 or host; or empty.
    private static (string Name, string Value)[] HostsAndPorts(string list)
    {
        var (hosts, ports) = (new List<string>(), new List<string>());
        foreach (var part in list.Split(','))
        {
            var text = part;
            var end = text.StartsWith('[') ? text.IndexOf(']') : -1;
            ports.Add(end < 0 ? CutAt(ref text, ':') : text[(end + 1)..].TrimStart(':'));
            hosts.Add(end < 0 ? text : text[1..end]);
        }

        return [("host", string.Join(',', hosts)), ("port", string.Join(',', ports))];
    }

    // Returns why the ports do not belong to the hosts, or null. One port is that of all hosts.
    private string? SetHosts()
    {
        var (hosts, ports) = (_hosts.Split(','), _ports.Split(','));
        if (ports.Length > 1 && ports.Length != hosts.Length)
        {
            return $"there are {ports.Length} ports for {hosts.Length} hosts";
        }

        Hosts =
        [
            .. hosts.Select((host, index) => new NpgsqlConnectionStringBuilder(Connection.ConnectionString)
            {
                Host = host,
                // The kernel's. Npgsql's own would hold a lock on a pooled connection while a silent host is awaited.
                TcpKeepAlive = !host.StartsWith('/'),
                TcpKeepAliveTime = host.StartsWith('/') ? 0 : Limits.PostgresKeepAliveSeconds,
                Port = ports[ports.Length > 1 ? index : 0] is { Length: > 0 } port
                    ? ushort.Parse(port, CultureInfo.InvariantCulture)
                    : NpgsqlConnection.DefaultPort,
            }),
        ];
        (Connection.Host, Connection.Port) = (Hosts[0].Host, Hosts[0].Port);
        return null;
    }

    private static bool IsPort(string text) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0;

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

    private bool TrySet(string name, string value)
    {
        switch (name)
        {
            case "user":
                Connection.Username = value;
                break;
            case "password" when !value.Contains('\0'):
                Connection.Password = value;
                break;
            case "host" when !value.Contains('\0') && value.Split(',').All(host => host.Length > 0):
                _hosts = value;
                break;
            case "port" when value.Split(',').All(port => port.Length == 0 || IsPort(port)):
                _ports = value;
                break;
            case "target_session_attrs" when value is "read-write" or "primary" or "any":
                _needsPrimary = value != "any";
                break;
            case "prepared_statements" when value is "true" or "false":
                PreparesStatements = value == "true";
                Connection.MaxAutoPrepare = value == "true" ? Limits.PostgresStatementsMax : 0;
                break;
            case "dbname":
                Connection.Database = value;
                break;
            case "sslmode" when !char.IsAsciiDigit(value[0]) && Enum.TryParse<SslMode>(
                value.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var mode):
                Connection.SslMode = mode;
                break;
            case "sslrootcert" when File.Exists(value):
                Connection.RootCertificate = value;
                break;
            case "application_name":
                Connection.ApplicationName = value;
                break;
            case "options":
                Connection.Options += " " + value;
                break;
            default:
                return false;
        }

        return true;
    }
}
