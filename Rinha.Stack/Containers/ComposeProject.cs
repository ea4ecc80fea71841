namespace Rinha.Stack.Containers;

/// <summary>A stack in containers, run by Compose from <see cref="FilesOf"/>.</summary>
public sealed class ComposeProject
{
    // The contest gives a stack 40 s to answer.
    private static readonly TimeSpan s_healthTimeout = TimeSpan.FromSeconds(40);

    private readonly IReadOnlyList<string> _compose;

    /// <summary>A stack on the host's network or on a bridge with a published port.</summary>
    /// <param name="variables">NAME=VALUE for Compose.</param>
    public ComposeProject(StackLayout layout, ContainerNetwork network, int port, params string[] variables)
    {
        Layout = layout;
        Port = network == ContainerNetwork.Host ? 9999 : port;
        Project = layout.Setting("COMPOSE_PROJECT_NAME");
        var compose = FindCompose()
            ?? throw new StackException("docker compose is missing: install the plugin");
        var files = FilesOf(layout, network).Select(file => Repository.PathOf(file));
        var commit = Tool.Run(["git", "-C", Repository.Root, "rev-parse", "--short=12", "HEAD"]).Output.Trim();
        _compose =
        [
            "env", $"COMPOSE_FILE={string.Join(':', files)}", $"COMPOSE_PROJECT_NAME={Project}", $"RINHA_PORT={Port}",
            $"GIT_COMMIT={commit}", .. variables, .. compose, "--env-file", layout.SplitFile,
        ];
    }

    public StackLayout Layout { get; }

    public int Port { get; }

    public string Project { get; }

    public string Url => $"http://localhost:{Port}";

    public static bool IsEngineRunning => Tool.Find("docker") is not null && Tool.Run(["docker", "version"]).Succeeded;

    /// <summary>The Compose files of a stack on a network.</summary>
    public static IReadOnlyList<string> FilesOf(StackLayout layout, ContainerNetwork network)
    {
        var name = network.ToString().ToLowerInvariant();
        string[] database = layout.HasPostgres ? ["stacks/postgres/compose.yaml"] : [];
        string[] proxy = [$"stacks/{layout.Name}/compose.yaml", $"stacks/{layout.Name}/compose.{name}.yaml"];
        return layout.Proxy is not Nginx
            ? ["compose.yaml", .. database, .. proxy]
            : [
                "compose.yaml", $"compose.{(name == "bridge" ? "override" : name)}.yaml", .. database,
                .. layout.Proxy.IsLayer4 ? proxy[..1] : [],
            ];
    }

    /// <summary>The command: version 2 is a docker plugin or standalone, version 1.29 standalone.</summary>
    public static IReadOnlyList<string>? FindCompose()
    {
        string[][] candidates = [["docker", "compose"], ["docker-compose"]];
        return candidates.FirstOrDefault(
            command => Tool.Find(command[0]) is not null && Tool.Run([.. command, "version"]).Succeeded);
    }

    public ToolResult Compose(params IEnumerable<string> arguments) =>
        Tool.Run([.. _compose, .. arguments], directory: Repository.Root);

    /// <summary>Builds the server's image; a cached build takes a second.</summary>
    public void Build() => Compose("build", "api01").OrThrow("the image build failed");

    /// <summary>Starts the stack; returns the time until the proxy, which waits for the servers, is healthy.</summary>
    public TimeSpan Up()
    {
        var waited = Stopwatch.StartNew();
        Compose("up", "--detach", "--no-build").OrThrow("the stack did not come up");
        return Poll.Until(s_healthTimeout, () => Find(Layout.Proxy.Name)?.Health == "healthy")
            ? waited.Elapsed
            : throw new StackException($"the stack is not healthy after {s_healthTimeout.TotalSeconds} s");
    }

    public void Down() => Compose("down", "--remove-orphans", "--volumes").OrThrow("docker compose down failed");

    /// <summary>All containers of the project, running or stopped, including orphans.</summary>
    public IReadOnlyList<StackContainer> Containers() =>
    [
        .. Tool.Run(["docker", "ps", "-a", "-q", "--filter", "label=com.docker.compose.project=" + Project]).Lines
            .Select(StackContainer.Inspect)
            .OfType<StackContainer>(),
    ];

    public StackContainer? Find(string service) =>
        Containers().FirstOrDefault(container => container.Service == service);
}

public enum ContainerNetwork
{
    // A bridge with a published port.
    Bridge,

    // The host's own network.
    Host,

    // Like Bridge, with TLS (nginx only).
    Tls,
}
