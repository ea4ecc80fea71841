using System.Text.RegularExpressions;
using Rinha.Stack.Cgroups;
using Rinha.Stack.Containers;
using Rinha.Stack.Proxies;

namespace Rinha.Stack.Tests;

// The stacks in containers: what Compose reads and, where an engine is running, what it and the kernel enforce.
[Collection(RunsAlone.Name)]
public sealed partial class ContainersTests
{
    private const long ImageBytesMax = 40_000_000;

    public static TheoryData<string, string> Splits() => new(
        from stack in StackLayout.Names
        where StackLayout.Choose(stack).HasCompose
        from split in StackLayout.SplitsOf(stack)
        select (stack, split));

    [Theory]
    [MemberData(nameof(Splits))]
    public void Compose_reads_the_same_files_and_limits_as_run(string stack, string split)
    {
        var layout = StackLayout.Choose(stack, split);
        var named = File.ReadLines(layout.SplitFile).FirstOrDefault(line => line.StartsWith("COMPOSE_FILE="));
        Assert.Equal(
            named?["COMPOSE_FILE=".Length..] ?? "compose.yaml:compose.override.yaml",
            string.Join(':', ComposeProject.FilesOf(layout, ContainerNetwork.Bridge)));

        Assert.SkipWhen(ComposeProject.FindCompose() is null, "no Compose");
        var config = new ComposeProject(layout, ContainerNetwork.Bridge, 9999).Compose("config").Output;
        Assert.Equal(
            layout.ReadLimits().OrderBy(limit => limit.Key, StringComparer.Ordinal),
            LimitsIn(config).OrderBy(limit => limit.Key, StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("nginx-sqlite", ContainerNetwork.Host)]
    [InlineData("nginx-sqlite", ContainerNetwork.Tls)]
    [InlineData("nginx-stream", ContainerNetwork.Host)]
    [InlineData("nginx-stream", ContainerNetwork.Tls)]
    [InlineData("nginx-postgres", ContainerNetwork.Host)]
    [InlineData("nginx-postgres", ContainerNetwork.Tls)]
    [InlineData("caddy-postgres", ContainerNetwork.Host)]
    public void Compose_accepts_the_files_of_every_network(string stack, ContainerNetwork network)
    {
        Assert.SkipWhen(ComposeProject.FindCompose() is null, "no Compose");
        using var tls = new TemporaryDirectory();
        var project = new ComposeProject(
            StackLayout.Choose(stack), network, 9999, $"RINHA_TLS_DIR={tls.FullPath}");
        var result = project.Compose("config", "--quiet");
        Assert.True(result.Succeeded, result.Error);
    }

    [Theory]
    [InlineData("nginx-sqlite")]
    [InlineData("nginx-stream")]
    [InlineData("nginx-postgres")]
    [InlineData("caddy-postgres")]
    public void Limits_users_capabilities_and_ports_are_as_configured(string name)
    {
        Assert.SkipUnless(ComposeProject.IsEngineRunning, "no container engine");
        Assert.SkipWhen(ComposeProject.FindCompose() is null, "no Compose");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can inspect containers");
        var layout = StackLayout.Choose(name);
        var stack = new ComposeProject(layout, ContainerNetwork.Bridge, FreePort.Next().Port);
        Assert.SkipWhen(stack.Containers().Count > 0, "the stack is up");
        try
        {
            stack.Build();
            stack.Up();
            var containers = stack.Containers();
            Assert.Equal(
                stack.Layout.Processes.Order(StringComparer.Ordinal),
                containers.Select(container => container.Service).Order(StringComparer.Ordinal));
            Assert.True(containers.Sum(container => container.Limits.CpuQuota) <= ProcessLimits.CpuQuotaMax);
            Assert.True(containers.Sum(container => container.Limits.MemoryBytes) <= ProcessLimits.MemoryBytesMax);
            Assert.All(containers, container => Check(container, stack.Layout));
            CheckImage();
            CheckKeys(stack.Port);
        }
        finally
        {
            stack.Down();
        }

        Assert.Empty(stack.Containers());
    }

    // No key among the tracked files, and no file in the build context that the Dockerfile does not copy.
    [Fact]
    public void No_secret_gets_into_the_repository_or_an_image()
    {
        var files = Tool.Run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
            directory: Testing.Repository.Root).Output;
        Assert.DoesNotMatch(@"(?m)\.(key|pem|pfx|p12|crt)$", files);
        var copied = File.ReadLines(Testing.Repository.PathOf("Dockerfile.aot"))
            .Where(line => line.StartsWith("COPY ", StringComparison.Ordinal) && !line.Contains("--from"))
            .SelectMany(line => line.Split(' ')[1..^1])
            .Select(name => name.Split('/')[0]);
        var allowed = File.ReadLines(Testing.Repository.PathOf(".dockerignore"))
            .SkipWhile(line => line != "*").Where(line => line.StartsWith('!')).Select(line => line[1..].TrimEnd('/'));
        Assert.Equal(copied.Distinct().Order(StringComparer.Ordinal), allowed.Order(StringComparer.Ordinal));
    }

    private static void Check(StackContainer container, StackLayout layout)
    {
        var isProxy = container.Service == layout.Proxy.Name;
        var owner = isProxy ? "101:1654" : container.Service == StackLayout.Database ? "999:1654" : "1654:1654";
        Assert.Equal("healthy", container.Health);
        var limits = layout.ReadLimits()[container.Service];
        Assert.Equal(limits, container.Limits);
        Assert.Equal(limits, container.KernelLimits);
        Assert.Equal(owner, $"{container.StatusOf("Uid")}:{container.StatusOf("Gid")}");

        // Caddy's binary needs CAP_NET_BIND_SERVICE (0x400) in its bounding set; no capability is in effect.
        Assert.All(
            (string[])["CapInh", "CapPrm", "CapEff", "CapAmb"],
            kind => Assert.Equal(0, Convert.ToInt64(container.StatusOf(kind), 16)));
        Assert.Equal(layout.Proxy is Caddy && isProxy ? 0x400 : 0, Convert.ToInt64(container.StatusOf("CapBnd"), 16));
        Assert.Equal("1", container.StatusOf("NoNewPrivs"));
        Assert.Equal("2", container.StatusOf("Seccomp"));
        Assert.Contains(
            File.ReadLines($"/proc/{container.Pid}/mounts").Select(line => line.Split(' ')),
            mount => mount[1] == "/" && mount[3].Split(',')[0] == "ro");

        Assert.Equal(isProxy ? ["9999/tcp"] : [], container.PublishedPorts);
        Assert.Equal(!isProxy, container.Network == "none");
        if (StackLayout.Apis.Contains(container.Service))
        {
            var socket = $"{container.Root}/run/rinha/{container.Service}.sock";
            Assert.Equal($"660 {owner}\n", Tool.Run(["stat", "-c", "%a %u:%g", socket]).Output);
            // Only the program and SQLite.
            Assert.Equal(
                ["Rinha.Server", "libe_sqlite3.so"],
                Directory.GetFiles($"{container.Root}/app").Select(Path.GetFileName).Order(StringComparer.Ordinal));
        }
    }

    // The image's proxy may differ from this machine's: nginx joins repeated headers since 1.23.
    private static void CheckKeys(int port)
    {
        using var connection = new RawConnection(new IPEndPoint(IPAddress.Loopback, port));
        Post("Idempotency-Key: a").AssertOk();
        Post("Idempotency-Key:").AssertProblem(400);
        Post("Idempotency-Key: a", "Idempotency-Key: b").AssertProblem(400);
        Post($"Idempotency-Key: {new string('k', 65)}").AssertProblem(400);
        Post("Idempotency-Key: ação").AssertProblem(400);

        RawResponse Post(params string[] headers) => connection.Exchange(
            RawRequest.Post("/clientes/1/transacoes", RawRequest.Body, RawRequest.Json, headers));
    }

    private static void CheckImage()
    {
        const string name = "ARG RUNTIME_IMAGE=";
        var runtime = File.ReadLines(Testing.Repository.PathOf("Dockerfile.aot"))
            .First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..];
        Assert.InRange(SizeOf("rinha-server") - SizeOf(runtime), 1, ImageBytesMax);
    }

    private static long SizeOf(string image) =>
        long.Parse(Tool.Run(["docker", "image", "inspect", "-f", "{{.Size}}", image]).Output);

    // The limits of every started service in Compose's rendered configuration; version 2 prints bytes.
    private static Dictionary<string, ProcessLimits> LimitsIn(string config)
    {
        var services = config[config.IndexOf("services:", StringComparison.Ordinal)..];
        return Service().Matches(services)
            .Where(service => !service.Groups[2].Value.Contains("profiles:", StringComparison.Ordinal))
            .Select(service => (Name: service.Groups[1].Value, Limits: Limit().Match(service.Groups[2].Value)))
            .Where(service => service.Limits.Success)
            .ToDictionary(service => service.Name, service => Read(service.Limits));
    }

    private static ProcessLimits Read(Match limits)
    {
        var memory = limits.Groups[2].Value;
        return ProcessLimits.Parse(
            limits.Groups[1].Value, memory.All(char.IsAsciiDigit) ? $"{long.Parse(memory) / 1024}K" : memory);
    }

    [GeneratedRegex(@"(?m)^  ([a-z0-9]+):\n((?:(?:    .*)?\n)+)")]
    private static partial Regex Service();

    [GeneratedRegex(@"cpus: *['""]?([0-9.]+)['""]?\s+memory: *['""]?([0-9a-zA-Z]+)")]
    private static partial Regex Limit();
}
