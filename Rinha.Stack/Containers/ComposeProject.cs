using Rinha.Stack.Processes;
using Rinha.Stack.Stacks;

namespace Rinha.Stack.Containers;

/// <summary>A stack in containers, put together by Compose from the files that its split names.</summary>
public sealed class ComposeProject
{
    // The organiser gives a stack 40 s to answer.
    private static readonly TimeSpan s_healthyWithin = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(50);

    private readonly IReadOnlyList<string> _compose;
    private readonly Dictionary<string, string> _environment;
    private readonly Action<string> _say;

    /// <summary>A stack on the host's network or on a bridge with a published port.</summary>
    /// <exception cref="StackException">No engine or no Compose answers.</exception>
    public ComposeProject(StackLayout layout, ContainerNetwork network, int port, Action<string> say)
    {
        Layout = layout;
        _say = say;
        _compose = FindCompose()
            ?? throw new StackException("neither docker compose nor docker-compose is here: install the plugin");
        Port = network == ContainerNetwork.Host ? 9999 : port;
        Project = layout.Setting("COMPOSE_PROJECT_NAME");
        _environment = new Dictionary<string, string>
        {
            ["COMPOSE_FILE"] = string.Join(':', FilesOf(layout, network).Select(file => Repository.PathOf(file))),
            ["COMPOSE_PROJECT_NAME"] = Project,
            ["RINHA_PORT"] = Port.ToString(CultureInfo.InvariantCulture),
            ["GIT_COMMIT"] = Tool.Run(["git", "-C", Repository.Root, "rev-parse", "--short=12", "HEAD"]).Output.Trim(),
        };
    }

    /// <summary>What it is made of.</summary>
    public StackLayout Layout { get; }

    /// <summary>Where the proxy listens.</summary>
    public int Port { get; }

    /// <summary>The name of the project.</summary>
    public string Project { get; }

    /// <summary>Its address.</summary>
    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://localhost:{Port}");

    /// <summary>Whether a container engine answers.</summary>
    public static bool IsEngineThere => Tool.Find("docker") is not null && Tool.Run(["docker", "version"]).Succeeded;

    /// <summary>The files of a stack on a network, as its .env names them for the bridge.</summary>
    public static IReadOnlyList<string> FilesOf(StackLayout layout, ContainerNetwork network)
    {
        var name = network.ToString().ToLowerInvariant();
        List<string> files = ["compose.yaml"];
        if (!layout.HasCaddy)
        {
            files.Add($"compose.{(network == ContainerNetwork.Bridge ? "override" : name)}.yaml");
        }

        if (layout.HasPostgres)
        {
            files.Add("stacks/postgres/compose.yaml");
        }

        if (layout.HasCaddy)
        {
            files.Add($"stacks/{layout.Name}/compose.yaml");
            files.Add($"stacks/{layout.Name}/compose.{name}.yaml");
        }

        return files;
    }

    /// <summary>The command: version 2 is a plugin of docker or a command by itself, as 1.29 is.</summary>
    public static IReadOnlyList<string>? FindCompose()
    {
        string[][] candidates = [["docker", "compose"], ["docker-compose"]];
        return candidates.FirstOrDefault(
            command => Tool.Find(command[0]) is not null && Tool.Run([.. command, "version"]).Succeeded);
    }

    /// <summary>Runs Compose on this stack.</summary>
    public ToolResult Compose(params IEnumerable<string> arguments) => Tool.Follow(
        [.. _compose, "--env-file", Layout.SplitFile, .. arguments], _ => { }, _environment);

    /// <summary>Builds the server's image; a build that changes nothing takes a second.</summary>
    /// <exception cref="StackException">It cannot be built.</exception>
    public void Build()
    {
        _say("building the server's image with Dockerfile.aot");
        Require(Compose("build", "api01"), "the image could not be built");
    }

    /// <summary>Starts it; returns once the proxy is healthy, which waits for the servers.</summary>
    /// <returns>How long that took.</returns>
    /// <exception cref="StackException">It does not come up.</exception>
    public TimeSpan Up()
    {
        var waited = Stopwatch.StartNew();
        Require(Compose("up", "--detach", "--no-build"), "the stack did not come up");
        while (Find(Layout.Proxy)?.Health != "healthy")
        {
            if (waited.Elapsed > s_healthyWithin)
            {
                throw new StackException($"the stack is not healthy after {s_healthyWithin.TotalSeconds} s");
            }

            Thread.Sleep(s_poll);
        }

        return waited.Elapsed;
    }

    /// <summary>Stops and removes it, with its data.</summary>
    public void Down() => Require(Compose("down", "--remove-orphans", "--volumes"), "it could not be taken down");

    /// <summary>All containers of the project, running or not, whether its files name them or not.</summary>
    public IReadOnlyList<StackContainer> Containers() =>
    [
        .. Tool.Run(
            [
                "docker", "ps", "--all", "--quiet", "--no-trunc", "--filter",
                "label=com.docker.compose.project=" + Project,
            ])
            .Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(StackContainer.Inspect)
            .OfType<StackContainer>(),
    ];

    /// <summary>The container of a service, or <see langword="null"/>.</summary>
    public StackContainer? Find(string service) => Containers().FirstOrDefault(one => one.Service == service);

    private static void Require(ToolResult result, string what)
    {
        if (!result.Succeeded)
        {
            throw new StackException($"{what}: {result.LastLine}");
        }
    }
}

/// <summary>Where the proxy's port is.</summary>
public enum ContainerNetwork
{
    /// <summary>Published from a bridge.</summary>
    Bridge,

    /// <summary>On the host itself.</summary>
    Host,

    /// <summary>Published from a bridge, with TLS in front (nginx alone).</summary>
    Tls,
}
