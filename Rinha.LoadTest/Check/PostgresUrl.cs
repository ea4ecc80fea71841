using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Npgsql;

namespace Rinha.LoadTest.Check;

/// <summary>
/// What a server's DATABASE_URL says, as far as the oracle has to follow it:
/// <c>postgres://user:password@host:port/name</c>
/// with <c>host</c>, the directory of a unix socket, and <c>options</c> in the query.
/// </summary>
internal sealed partial class PostgresUrl
{
    private const int ConnectSeconds = 5;
    private const int CommandSeconds = 60; // A long history is read at once.

    private PostgresUrl(string connectionString) => ConnectionString = connectionString;

    /// <summary>The same for Npgsql: a connection that is closed is gone.</summary>
    public string ConnectionString { get; }

    /// <summary>Whether a text is meant as such a URL and not as a file.</summary>
    public static bool IsMeant(string text) => Schemes().IsMatch(text);

    /// <summary>Reads one.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out PostgresUrl? url)
    {
        url = null;
        var match = Whole().Match(text);
        if (!match.Success)
        {
            return false;
        }

        var connection = new NpgsqlConnectionStringBuilder
        {
            Host = Part("host") is { Length: > 0 } host ? host : "localhost",
            Username = Part("user"),
            Database = Part("name"),
            Pooling = false,
            Timeout = ConnectSeconds,
            CommandTimeout = CommandSeconds,
        };
        if (Part("password") is { Length: > 0 } password)
        {
            connection.Password = password;
        }

        if (ushort.TryParse(Part("port"), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            connection.Port = port;
        }

        foreach (var pair in match.Groups["query"].Value.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=');
            var value = Uri.UnescapeDataString(pair[(equals + 1)..]);
            switch (equals < 0 ? "" : pair[..equals])
            {
                case "host":
                    connection.Host = value;
                    break;
                case "options":
                    connection.Options = value;
                    break;
                default:
                    return false;
            }
        }

        url = new PostgresUrl(connection.ConnectionString);
        return true;

        string Part(string name) => Uri.UnescapeDataString(match.Groups[name].Value);
    }

    [GeneratedRegex("^postgres(ql)?://", RegexOptions.IgnoreCase)]
    private static partial Regex Schemes();

    [GeneratedRegex(
        @"^postgres(ql)?://(?<user>[^:@/?]+)(:(?<password>[^@/?]*))?@(?<host>[^:/?]*)(:(?<port>\d{1,5}))?"
        + @"/(?<name>[^/?]+)(\?(?<query>.*))?$",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Whole();
}
