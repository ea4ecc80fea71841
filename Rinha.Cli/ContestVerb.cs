using Rinha.Stack;
using Rinha.Stack.Cgroups;
using Rinha.Stack.Containers;

namespace Rinha.Cli;

/// <summary><c>contest</c>: the contest's official simulation against a fresh stack, and its score.</summary>
internal sealed class ContestVerb
{
    private const int ReadinessAttempts = 20;

    private static readonly TimeSpan s_beforeReadiness = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_betweenAttempts = TimeSpan.FromSeconds(2);

    private readonly Option<string?> _url = new("--url")
    {
        Description = "A running server instead of a fresh stack; its ledger must be empty.",
    };

    private readonly Option<int> _port = Arguments.Port("--port", 9999, "Where the fresh stack listens");
    private readonly Option<string> _stack = Arguments.Stack();
    private readonly Option<string> _split = Arguments.Split();
    private readonly Option<bool> _noLimits = new("--no-limits") { Description = "Without its limits." };

    private readonly Option<bool> _short = new("--short")
    {
        Description = "The opening, then a ramp of 20 s instead of the official 4 minutes.",
    };

    private readonly Option<bool> _wait = new("--wait-validations")
    {
        Description = "Start the load only after all validations; officially it waits for the 404 alone.",
    };

    private readonly Option<bool> _compose = new("--compose")
    {
        Description = "The containers instead of processes, with the organiser's protocol of readiness.",
    };

    private readonly Option<bool> _host = new("--host")
    {
        Description = "With --compose: the proxy on the host's network, port 9999, instead of a bridge.",
    };

    private readonly Argument<string[]> _more = new("flags")
    {
        Description = "After --: flags of the simulation, such as -o html -O report.html.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    /// <summary>The command with its options.</summary>
    public Command Create()
    {
        var command = new Command(
            "contest",
            "Run the official simulation against a fresh stack, and score it. Exit status 1 when anything failed.")
        { _url, _port, _stack, _split, _noLimits, _short, _wait, _compose, _host, _more };
        command.SetAction(Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        var layout = StackLayout.Choose(parsed.GetRequiredValue(_stack), parsed.GetRequiredValue(_split));
        List<string> simulation = [.. parsed.GetValue(_more) ?? []];
        simulation.AddRange(parsed.GetValue(_short) ? ["--short"] : []);
        simulation.AddRange(parsed.GetValue(_wait) ? ["--wait-validations"] : []);
        Foreground.PublishLoadTester();
        if (parsed.GetValue(_compose))
        {
            var network = parsed.GetValue(_host) ? ContainerNetwork.Host : ContainerNetwork.Bridge;
            layout.CheckLimits(layout.ReadLimits());
            return RunContainers(
                new ComposeProject(layout, network, parsed.GetValue(_port), Console.Error.WriteLine), simulation);
        }

        return parsed.GetValue(_url) is { } url
            ? Simulate(url, simulation)
            : RunFresh(layout, parsed.GetValue(_port), parsed.GetValue(_noLimits), simulation);
    }

    private static int RunFresh(StackLayout layout, int port, bool hasNoLimits, List<string> simulation)
    {
        // On the disk that the repository is on, as ./data would be; and beside it, as that one is in use.
        var data = new DataDirectory(Repository.PathOf("artifacts", "contest"));
        var url = string.Create(CultureInfo.InvariantCulture, $"http://localhost:{port}");
        string[] flags = hasNoLimits ? ["--no-limits"] : [];
        using var cleanUp = new CleanUp(() =>
        {
            StopVerb.Stop(data, Console.Error.WriteLine);
            Directory.Delete(data.FullPath, recursive: true);
        });
        Directory.CreateDirectory(data.FullPath);
        Foreground.RunVerb(
            new Dictionary<string, string>(),
            [
                "run", "--detach", "--fresh", "--data", data.FullPath, "--port", url[(url.LastIndexOf(':') + 1)..],
                "--stack", layout.Name, "--split", layout.Split, .. flags,
            ]);
        // The organiser's readiness check, and the only warm-up there is: two statements, one for each API.
        return Readiness.Answers(port) && Readiness.Answers(port)
            ? Simulate(url, simulation)
            : throw new StackException($"{url} does not answer");
    }

    // The organiser's way: a stack without a past, 5 s, then at most 20 times two statements 2 s apart; both must be
    // right, and then the load comes at once.
    private static int RunContainers(ComposeProject stack, List<string> simulation)
    {
        if (!ComposeProject.IsEngineThere)
        {
            throw new StackException("no container engine answers (docker version)");
        }

        if (stack.Containers().Count > 0)
        {
            throw new StackException($"the containers of {stack.Project} are there already (docker compose down)");
        }

        using var cleanUp = new CleanUp(stack.Down);
        stack.Build();
        var healthy = stack.Up();
        Thread.Sleep(s_beforeReadiness);
        var attempt = 1;
        while (!(Readiness.Answers(stack.Port) && Readiness.Answers(stack.Port)))
        {
            if (++attempt > ReadinessAttempts)
            {
                throw new StackException($"{stack.Url} did not answer in {ReadinessAttempts} attempts");
            }

            Thread.Sleep(s_betweenAttempts);
        }

        Console.Error.WriteLine($"ready at attempt {attempt}; healthy after {healthy.TotalMilliseconds:F0} ms");
        var status = Simulate(stack.Url, simulation);
        WritePeaks(stack.Containers());
        return status;
    }

    // The sum of the peaks is at least the peak of the sum.
    private static void WritePeaks(IReadOnlyList<StackContainer> containers)
    {
        foreach (var container in containers)
        {
            var peak = ProcessLimits.MemoryText(container.MemoryPeakBytes);
            Console.Error.WriteLine(
                $"peak memory of {container.Service,-6} {peak,8}, throttled in {container.ThrottledPeriods} periods");
        }

        var sum = ProcessLimits.MemoryText(containers.Sum(one => one.MemoryPeakBytes));
        Console.Error.WriteLine($"peak memory in all: {sum}, the page cache of their files included");
    }

    private static int Simulate(string url, IEnumerable<string> simulation) =>
        Foreground.Run([Repository.LoadTester, "contest", url, .. simulation]);
}
