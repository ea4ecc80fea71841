using Rinha.Stack;
using Rinha.Stack.Cgroups;
using Rinha.Stack.Containers;
using Rinha.Stack.Supervision;

namespace Rinha.Cli;

// contest: runs the contest's official simulation and scores it: against the one stack that runs, else a fresh one.
internal static class ContestVerb
{
    private const int ReadinessAttempts = 20;

    private static readonly TimeSpan s_beforeReadiness = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_betweenAttempts = TimeSpan.FromSeconds(2);

    private static readonly Option<string?> s_url = Arguments.Text(
        "--url", "Use this server; its ledger must be empty.");

    private static readonly Option<string?> s_data = Arguments.Text(
        "--data", "Use the running stack on this data directory; its ledger must be empty.");

    private static readonly Option<bool> s_fresh = Arguments.Flag(
        "--fresh", "Use a fresh stack, even if one runs; so do the four options of one.");

    private static readonly Option<int> s_port = Arguments.Port("--port", 9999, "The fresh stack's port");
    private static readonly Option<string> s_stack = Arguments.Stack();
    private static readonly Option<string> s_split = Arguments.Split();
    private static readonly Option<bool> s_noLimits = Arguments.Flag("--no-limits", "Run without limits.");

    private static readonly Option<bool> s_short = Arguments.Flag(
        "--short", "Run the validations, then a ramp of 20 s instead of the official 4 minutes.");

    private static readonly Option<bool> s_wait = Arguments.Flag(
        "--wait-validations", "Start the load after all validations; officially it waits for the 404 check only.");

    private static readonly Option<bool> s_compose = Arguments.Flag(
        "--compose", "Run containers instead of processes, with the contest's readiness protocol.");

    private static readonly Option<bool> s_host = Arguments.Flag(
        "--host", "With --compose: put the proxy on the host's network, port 9999, instead of a bridge.");

    private static readonly Argument<string[]> s_simulationFlags = new("flags")
    {
        Description = "After --: flags for the simulation, such as -o html -O report.html.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public static Command Create() => Arguments.Verb(
        "contest",
        "Run the official simulation against the running stack, or a fresh one if none runs, and score it. "
            + "Exit status 1 on any failure.",
        Run,
        s_url, s_data, s_fresh, s_port, s_stack, s_split, s_noLimits, s_short, s_wait, s_compose, s_host,
        s_simulationFlags);

    private static int Run(ParseResult parsed)
    {
        var layout = StackLayout.Choose(parsed.GetRequiredValue(s_stack), parsed.GetRequiredValue(s_split));
        string[] simulation = [.. parsed.GetValue(s_simulationFlags) ?? [], .. parsed.Given(s_short, s_wait)];
        Foreground.PublishLoadTester();
        if (parsed.GetValue(s_compose))
        {
            var network = parsed.GetValue(s_host) ? ContainerNetwork.Host : ContainerNetwork.Bridge;
            layout.CheckLimits(layout.ReadLimits());
            return RunContainers(new ComposeProject(layout, network, parsed.GetValue(s_port)), simulation);
        }

        var (url, data) = (parsed.GetValue(s_url), parsed.GetValue(s_data));
        string[] fresh = [.. parsed.Given(s_stack, s_split, s_noLimits)];
        var isFresh = fresh.Length > 0 || parsed.Given(s_fresh, s_port).Any();
        if ((url is null ? 0 : 1) + (data is null ? 0 : 1) + (isFresh ? 1 : 0) > 1)
        {
            throw new UsageException("--url, --data and the options of a fresh stack exclude each other");
        }

        if (url is not null)
        {
            return Simulate(url, simulation);
        }

        if (!isFresh && StackInstance.Read(RunningStacks.Choose(data, "--data, --url or --fresh")) is { } running
            && running.IsSupervised)
        {
            return Simulate(running.State.Url, simulation);
        }

        return data is null ? RunFresh(parsed.GetValue(s_port), fresh, simulation)
            : Exit.Report($"no stack is running on {data} (./rinha run)", Exit.NotRunning);
    }

    private static int RunFresh(int port, string[] flags, string[] simulation)
    {
        // On the repository's disk, like ./data, which may be in use.
        var data = new DataDirectory(Repository.PathOf("artifacts", "contest"));
        var url = $"http://localhost:{port}";
        using var cleanUp = new CleanUp(() =>
        {
            StopVerb.Stop(data, Console.Error.WriteLine);
            Directory.Delete(data.FullPath, recursive: true);
        });
        Directory.CreateDirectory(data.FullPath);
        Foreground.RunVerb(["run", "--detach", "--fresh", "--data", data.FullPath, "--port", $"{port}", .. flags]);
        return IsReady(port) ? Simulate(url, simulation) : throw new StackException($"{url} does not answer");
    }

    // The contest's readiness protocol: start fresh containers, wait 5 s, then try up to 20 times, 2 s apart, to read
    // two statements. The load follows at once.
    private static int RunContainers(ComposeProject stack, string[] simulation)
    {
        if (!ComposeProject.IsEngineRunning)
        {
            throw new StackException("no container engine is running (docker version)");
        }

        if (stack.Containers().Count > 0)
        {
            throw new StackException($"{stack.Project} already has containers (docker compose down)");
        }

        using var cleanUp = new CleanUp(stack.Down);
        Console.Error.WriteLine("building the server's image with Dockerfile.aot");
        stack.Build();
        var healthy = stack.Up();
        Thread.Sleep(s_beforeReadiness);
        var attempt = 1;
        for (; !IsReady(stack.Port); Thread.Sleep(s_betweenAttempts))
        {
            if (++attempt > ReadinessAttempts)
            {
                throw new StackException($"{stack.Url} did not answer in {ReadinessAttempts} attempts");
            }
        }

        Console.Error.WriteLine($"ready on attempt {attempt}; healthy after {healthy.TotalMilliseconds:F0} ms");
        var status = Simulate(stack.Url, simulation);
        WritePeaks(stack.Containers());
        return status;
    }

    // The sum of the peaks is an upper bound of the total's peak.
    private static void WritePeaks(IReadOnlyList<StackContainer> containers)
    {
        foreach (var container in containers)
        {
            var peak = ProcessLimits.MemoryText(container.MemoryPeakBytes);
            Console.Error.WriteLine(
                $"peak memory of {container.Service,-6} {peak,8}, throttled in {container.ThrottledPeriods} periods");
        }

        var sum = ProcessLimits.MemoryText(containers.Sum(container => container.MemoryPeakBytes));
        Console.Error.WriteLine($"peak memory in total: {sum}, including page cache");
    }

    // Two statements, one for each API: the readiness check and the only warm-up.
    private static bool IsReady(int port) =>
        Enumerable.Range(0, 2).All(_ => HealthProbe.Answers(port, "/clientes/1/extrato"));

    private static int Simulate(string url, IEnumerable<string> simulation) =>
        Foreground.Run([Repository.LoadTester, "contest", url, .. simulation]);
}
