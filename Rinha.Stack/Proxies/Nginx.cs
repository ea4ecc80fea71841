namespace Rinha.Stack.Proxies;

/// <summary>nginx: a stack's proxy, and what a stack's floor is made of.</summary>
public sealed class Nginx : Proxy
{
    public override string Name => "nginx";

    public override IReadOnlyList<string> Packages => ["nginx-light", "nginx"];

    public override bool HasLimitsAndTls => true;

    public override Signal FinishSignal => Signal.Quit;

    // It notices a stopping server by its closed connections.
    public override int DrainDelayMs => 0;

    public static string Template => File.ReadAllText(Repository.PathOf("nginx", "nginx.conf"));

    public override void Prepare(ProxyStart start)
    {
        var configuration = new NginxConfiguration(
            start.Sockets, start.Port, start.LimitsAddresses, start.TlsDirectory, start.TlsPort);
        File.WriteAllText(FileIn(start.Directory), configuration.Render(Template));
    }

    public override IReadOnlyList<string> Command(ProxyStart start) => Command(start.Sockets, FileIn(start.Directory));

    /// <summary>nginx in the foreground, with a configuration and its working directory.</summary>
    public static IReadOnlyList<string> Command(string directory, string configuration)
    {
        var user = Environment.IsPrivilegedProcess
            ? $" user {UserAccount.Proxy.Name} {UserAccount.Proxy.Group};"
            : "";
        // Without -e (since 1.19.5), nginx first opens its compiled-in log file.
        string[] errors = Tool.Run(["nginx", "-h"]).Error.Contains("\n  -e ") ? ["-e", "stderr"] : [];
        return ["nginx", .. errors, "-g", "daemon off;" + user, "-p", directory, "-c", configuration];
    }

    // A stand-in for an API with constant answers: the floor of measure. load: mix, refused or statements.
    public static string FloorConfiguration(string sockets, string name, string load) =>
        File.ReadAllText(Repository.PathOf("nginx", "floor.conf"))
            .Replace("/run/rinha/", sockets + "/", StringComparison.Ordinal)
            .Replace("NAME", name, StringComparison.Ordinal)
            .Replace($"#{load}: ", "", StringComparison.Ordinal);

    private static string FileIn(string directory) => Path.Combine(directory, "nginx.conf");
}

/// <summary>Adapts nginx/nginx.conf, which is written for a container, to this machine.</summary>
/// <param name="LimitsAddresses">Whether to limit the requests and connections of each address.</param>
/// <param name="TlsDirectory">Holds tls.crt and tls.key: https for others, http for this machine only.</param>
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
    /// The template no longer matches these edits, so the result would not be what was asked for.
    /// </exception>
    public string Render(string template)
    {
        var text = template.Replace(ContainerSockets, Sockets + "/", StringComparison.Ordinal);
        text = Edit(text, @"^( *listen (\[::\]:)?)9999\b", $"${{1}}{Port}");
        text = Enable(text, "limit", LimitsAddresses);
        text = Enable(text, "metrics", MetricsPort is not null);
        text = text.Replace("127.0.0.1:9998", $"127.0.0.1:{MetricsPort ?? 9998}", StringComparison.Ordinal);
        if (TlsDirectory is not null)
        {
            text = Enable(text, "tls", true)
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
                "nginx.conf cannot be adapted: its paths or port are not where expected");
        }

        return ServerList is null ? text : WithServerList(text, ServerList);
    }

    // Unlike a unix socket's, a TCP peer can vanish silently: probe idle connections.
    private static string WithServerList(string text, string list)
    {
        text = Edit(text, @"^( *)server unix:[^ ]*/api01\.sock .*$", $"${{1}}include {list};");
        text = Edit(text, @"^ *server unix:[^ ]*/api02\.sock .*\n", "");
        text = Edit(text, "^( *)proxy_connect_timeout .*$", "$0\n$1proxy_socket_keepalive on;");
        var edited = $"^ *(include {Regex.Escape(list)}|proxy_socket_keepalive on);";
        return Regex.Count(text, edited, RegexOptions.Multiline) == 2
            ? text
            : throw new StackException("nginx.conf cannot be adapted: its upstreams are not where expected");
    }

    private static string Enable(string text, string block, bool isOn) =>
        isOn ? Edit(text, $"^( *)#{block}: ", "$1") : text;

    private static string Edit(string text, string pattern, string replacement) =>
        Regex.Replace(text, pattern, replacement, RegexOptions.Multiline);
}
