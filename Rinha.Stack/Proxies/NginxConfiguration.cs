using System.Text.RegularExpressions;

namespace Rinha.Stack.Proxies;

/// <summary>What makes nginx/nginx.conf, which is written for a container, a configuration for this machine.</summary>
public sealed record NginxConfiguration(string Sockets, int Port)
{
    private const string ContainerSockets = "/run/rinha/";

    /// <summary>Whether requests and connections of each address are limited.</summary>
    public bool LimitsAddresses { get; init; }

    /// <summary>The directory of tls.crt and tls.key: https for others, http for this machine alone.</summary>
    public string? TlsDirectory { get; init; }

    /// <summary>Where https is spoken.</summary>
    public int TlsPort { get; init; }

    /// <summary>A private port with the metrics of each API.</summary>
    public int? MetricsPort { get; init; }

    /// <summary>A file of `server` lines to include, for APIs on other hosts.</summary>
    public string? ServerList { get; init; }

    /// <summary>The configuration.</summary>
    /// <exception cref="StackException">
    /// The template has drifted away from these edits: it must not start something else than was asked for.
    /// </exception>
    public string Render(string template)
    {
        var text = template.Replace(ContainerSockets, Sockets + "/", StringComparison.Ordinal);
        text = Edit(text, @"^( *listen (\[::\]:)?)9999\b", $"${{1}}{Text(Port)}");
        text = SwitchOn(text, "limit", LimitsAddresses);
        text = SwitchOn(text, "metrics", MetricsPort is not null);
        if (MetricsPort is { } metrics)
        {
            text = text.Replace("127.0.0.1:9998", $"127.0.0.1:{Text(metrics)}", StringComparison.Ordinal);
        }

        if (TlsDirectory is not null)
        {
            text = SwitchOn(text, "tls", true)
                .Replace("/etc/nginx/tls/", Path.GetFullPath(TlsDirectory) + "/", StringComparison.Ordinal);
            text = Edit(text, @"^( *listen (\[::\]:)?)9443\b", $"${{1}}{Text(TlsPort)}");
            text = Edit(text, @"^( *listen )([0-9]+ backlog)", "${1}127.0.0.1:${2}");
            text = Edit(text, @"^( *listen \[::)(\]:[0-9]+ backlog)", "${1}1${2}");
        }

        if (!File.Exists("/proc/net/if_inet6"))
        {
            text = Edit(text, @"^.*listen \[::.*\n", "");
        }

        Check(template, text);
        return ServerList is null ? text : WithServerList(text, ServerList);
    }

    private void Check(string template, string text)
    {
        var listens = Regex.IsMatch(text, $@"^ *listen (127\.0\.0\.1:)?{Text(Port)}\b", RegexOptions.Multiline);
        if (text.Contains(ContainerSockets[..^1], StringComparison.Ordinal) || !listens
            || Count(template, ContainerSockets) != Count(text, Sockets + "/"))
        {
            throw new StackException(
                "nginx.conf could not be rendered: its paths or its port are not where they are expected");
        }
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

    private static int Count(string text, string part) => text.Split('\n').Count(
        line => line.Contains(part, StringComparison.Ordinal));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
