namespace Rinha.Stack.Proxies;

/// <summary>nginx: a stack's proxy, and what a stack's floor is made of.</summary>
public sealed class Nginx : Proxy
{
    public override string Name => "nginx";

    public override IReadOnlyList<string> Packages => ["nginx-light", "nginx"];

    public override bool IsConfigurable => true;

    public override Signal FinishSignal => Signal.Quit;

    // It notices a stopping server by its closed connections.
    public override int DrainDelayMs => 0;

    public static string Template => File.ReadAllText(Repository.PathOf("nginx", "nginx.conf"));

    public override void Prepare(ProxyStart start)
    {
        var configuration = new NginxConfiguration(start.Sockets, start.Access, start.TlsDirectory, start.Includes);
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
/// <param name="TlsDirectory">Holds tls.crt and tls.key: https for others, http for this machine only.</param>
/// <param name="Includes">A directory of *.conf files with further directives.</param>
/// <param name="ServerList">A file of `server` lines to include, for APIs on other hosts.</param>
public sealed record NginxConfiguration(
    string Sockets,
    StackAccess Access,
    string? TlsDirectory = null,
    string? Includes = null,
    string? ServerList = null)
{
    private const string ContainerSockets = "/run/rinha/";
    private const string ContainerIncludes = "/etc/nginx/rinha.d/*.conf";

    /// <exception cref="StackException">
    /// The template no longer matches these edits, so the result would not be what was asked for.
    /// </exception>
    public string Render(string template)
    {
        var text = template.Replace(ContainerSockets, Sockets + "/", StringComparison.Ordinal);
        text = Edit(
            text, "^(worker_rlimit_nofile) ([0-9]+);",
            match => $"{match.Groups[1]} {Math.Min(long.Parse(match.Groups[2].ValueSpan), OpenFilesMax())};");
        text = Enable(text, "metrics", Access.MetricsPort is not null)
            .Replace("127.0.0.1:9998", $"127.0.0.1:{Access.MetricsPort}", StringComparison.Ordinal);
        text = Listen(text, 9999, Access.HttpHosts, Access.Port);
        text = Enable(text, "limit", Access.Limit is not null)
            .Replace("rate=100r/s", $"rate={Access.Limit}r/s", StringComparison.Ordinal)
            .Replace("burst=200 ", $"burst={2 * Access.Limit} ", StringComparison.Ordinal);
        text = Enable(text, "tls", TlsDirectory is not null)
            .Replace("/etc/nginx/tls/", Path.GetFullPath(TlsDirectory ?? "/") + "/", StringComparison.Ordinal);
        text = Listen(text, 9443, Access.TlsHosts, Access.TlsPort ?? 0);
        text = Includes is null
            ? Edit(text, $"^ *include \"{Regex.Escape(ContainerIncludes)}\";\n", "")
            : text.Replace(ContainerIncludes, Path.GetFullPath(Includes) + "/*.conf", StringComparison.Ordinal);

        var listens = Regex.IsMatch(text, $@"^ *listen 127\.0\.0\.1:{Access.Port}\b", RegexOptions.Multiline)
            || Regex.IsMatch(text, $@"^ *listen 0\.0\.0\.0:{Access.Port}\b", RegexOptions.Multiline);
        if (text.Contains(ContainerSockets[..^1], StringComparison.Ordinal) || !listens
            || text.Contains(ContainerIncludes, StringComparison.Ordinal)
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

    // The template listens on every address; one line for each address replaces its two.
    private static string Listen(string text, int templatePort, IEnumerable<string> hosts, int port)
    {
        text = Edit(text, $@"^.*listen \[::\]:{templatePort}\b.*\n", "");
        var lines = hosts.Select(host => $"${{1}}{StackAccess.InUrl(host)}:{port}${{2}}");
        return Edit(text, $@"^(.*listen ){templatePort}\b(.*)$", string.Join('\n', lines));
    }

    private static string Enable(string text, string block, bool isOn) =>
        isOn ? Edit(text, $"^( *)#{block}: ", "$1") : text;

    private static string Edit(string text, string pattern, string replacement) =>
        Regex.Replace(text, pattern, replacement, RegexOptions.Multiline);

    private static string Edit(string text, string pattern, MatchEvaluator replacement) =>
        Regex.Replace(text, pattern, replacement, RegexOptions.Multiline);

    // The hard limit, which nginx inherits: `Max open files  SOFT  HARD  files`. Above it nginx would log an alert.
    private static long OpenFilesMax() => ProcessTable.Lines("/proc/self/limits")
        .Where(line => line.StartsWith("Max open files", StringComparison.Ordinal))
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2])
        .Select(hard => long.TryParse(hard, out var files) ? files : long.MaxValue)
        .FirstOrDefault(long.MaxValue);
}
