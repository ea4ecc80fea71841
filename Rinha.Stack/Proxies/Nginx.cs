namespace Rinha.Stack.Proxies;

/// <summary>How nginx is started.</summary>
public static class Nginx
{
    public static string Template => File.ReadAllText(Repository.PathOf("nginx", "nginx.conf"));

    /// <summary>nginx in the foreground, with a configuration and the directory it writes to.</summary>
    public static IReadOnlyList<string> Command(string directory, string configuration)
    {
        var user = Environment.IsPrivilegedProcess
            ? $" user {UserAccount.Proxy.Name} {UserAccount.Proxy.Group};"
            : "";
        // Without -e, which came with 1.19.5, nginx looks for its compiled-in log file first.
        string[] errors = Tool.Run(["nginx", "-h"]).Error.Contains("\n  -e ") ? ["-e", "stderr"] : [];
        return ["nginx", .. errors, "-g", "daemon off;" + user, "-p", directory, "-c", configuration];
    }

    /// <summary>An API that only answers: the floor of <c>measure</c>.</summary>
    /// <param name="load">Which load's answers it gives: mix, refused or statements.</param>
    public static string FloorConfiguration(string sockets, string name, string load) =>
        File.ReadAllText(Repository.PathOf("nginx", "floor.conf"))
            .Replace("/run/rinha/", sockets + "/", StringComparison.Ordinal)
            .Replace("NAME", name, StringComparison.Ordinal)
            .Replace($"#{load}: ", "", StringComparison.Ordinal);
}

/// <summary>What makes nginx/nginx.conf, which is written for a container, a configuration for this machine.</summary>
/// <param name="Sockets">The directory of the servers' sockets.</param>
/// <param name="Port">Where http is spoken.</param>
/// <param name="LimitsAddresses">Whether requests and connections of each address are limited.</param>
/// <param name="TlsDirectory">The directory of tls.crt and tls.key: https for others, http for this machine.</param>
/// <param name="TlsPort">Where https is spoken.</param>
/// <param name="MetricsPort">A private port with the metrics of each API.</param>
/// <param name="ServerList">A file of `server` lines to include, for APIs on other hosts.</param>
public sealed record NginxConfiguration(
    string Sockets,
    int Port,
    bool LimitsAddresses = false,
    string? TlsDirectory = null,
    int TlsPort = 0,
    int? MetricsPort = null,
    string? ServerList = null)
{
    private const string ContainerSockets = "/run/rinha/";

    /// <exception cref="StackException">
    /// The template has drifted away from these edits: it must not start something else than was asked for.
    /// </exception>
    public string Render(string template)
    {
        var text = template.Replace(ContainerSockets, Sockets + "/", StringComparison.Ordinal);
        text = Edit(text, @"^( *listen (\[::\]:)?)9999\b", $"${{1}}{Port}");
        text = SwitchOn(text, "limit", LimitsAddresses);
        text = SwitchOn(text, "metrics", MetricsPort is not null);
        text = text.Replace("127.0.0.1:9998", $"127.0.0.1:{MetricsPort ?? 9998}", StringComparison.Ordinal);
        if (TlsDirectory is not null)
        {
            text = SwitchOn(text, "tls", true)
                .Replace("/etc/nginx/tls/", Path.GetFullPath(TlsDirectory) + "/", StringComparison.Ordinal);
            text = Edit(text, @"^( *listen (\[::\]:)?)9443\b", $"${{1}}{TlsPort}");
            text = Edit(text, @"^( *listen )([0-9]+ backlog)", "${1}127.0.0.1:${2}");
            text = Edit(text, @"^( *listen \[::)(\]:[0-9]+ backlog)", "${1}1${2}");
        }

        if (!File.Exists("/proc/net/if_inet6"))
        {
            text = Edit(text, @"^.*listen \[::.*\n", "");
        }

        var listens = Regex.IsMatch(text, $@"^ *listen (127\.0\.0\.1:)?{Port}\b", RegexOptions.Multiline);
        if (text.Contains(ContainerSockets[..^1], StringComparison.Ordinal) || !listens
            || Regex.Count(template, ContainerSockets) != Regex.Count(text, Regex.Escape(Sockets + "/")))
        {
            throw new StackException(
                "nginx.conf could not be rendered: its paths or its port are not where they are expected");
        }

        return ServerList is null ? text : WithServerList(text, ServerList);
    }

    // Over TCP a host can be silent, which a unix socket cannot: connections that nothing is sent over are probed.
    private static string WithServerList(string text, string list)
    {
        text = Edit(text, @"^( *)server unix:[^ ]*/api01\.sock .*$", $"${{1}}include {list};");
        text = Edit(text, @"^ *server unix:[^ ]*/api02\.sock .*\n", "");
        text = Edit(text, "^( *)proxy_connect_timeout .*$", "$0\n$1proxy_socket_keepalive on;");
        var edited = $"^ *(include {Regex.Escape(list)}|proxy_socket_keepalive on);";
        return Regex.Count(text, edited, RegexOptions.Multiline) == 2
            ? text
            : throw new StackException("nginx.conf has its upstreams elsewhere than expected");
    }

    private static string SwitchOn(string text, string block, bool isOn) =>
        isOn ? Edit(text, $"^( *)#{block}: ", "$1") : text;

    private static string Edit(string text, string pattern, string replacement) =>
        Regex.Replace(text, pattern, replacement, RegexOptions.Multiline);
}
