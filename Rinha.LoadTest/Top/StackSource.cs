using Rinha.LoadTest.Http;

namespace Rinha.LoadTest.Top;

// Everything that is known of a stack at one moment.
internal sealed record TopReading(double AtSeconds, IReadOnlyList<ProcessReading> Processes);

// Everything that is known of one process of the stack at one moment.
// State: up, down when it does not answer, or what is wrong with the answer; - when it is not asked.
// Cgroup: What the kernel says of it; null without cgroups.
internal sealed record ProcessReading(string Name, string State, Scrape? Scrape, CgroupReading? Cgroup)
{
    public const string Up = "up";

    public const string Down = "down";

    public const string NotAsked = "-";
}

// Reads a running stack: the APIs' metrics over their sockets, and the cgroups of all processes.
// names: The processes; those whose name begins with api have metrics.
internal sealed class StackSource(IReadOnlyList<string> names, string sockets, IReadOnlyList<string> cgroups)
{
    private const string NoMetrics = "no metrics";

    // An instance that hangs must not hold up the picture of the others.
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(400);

    private readonly Stopwatch _clock = Stopwatch.StartNew();

    public TopReading Read() => new(_clock.Elapsed.TotalSeconds, [.. names.Select(Read)]);

    private ProcessReading Read(string name)
    {
        var cgroup = cgroups.Count == 3
            ? new Cgroup([.. cgroups.Select(directory => Path.Combine(directory, name))]).Read()
            : null;
        var (state, scrape) = name.StartsWith("api", StringComparison.Ordinal)
            ? Ask(Path.Combine(sockets, name + ".sock"))
            : (ProcessReading.NotAsked, null);
        return new ProcessReading(name, state, scrape, cgroup);
    }

    private static (string State, Scrape? Scrape) Ask(string socket)
    {
        if (!Target.TryParse("unix:" + socket, out var target, out _))
        {
            return (ProcessReading.Down, null);
        }

        var answer = RawAnswer.Ask(target, "GET", "/metrics", timeout: s_patience);
        return answer.Status switch
        {
            0 => (ProcessReading.Down, null),
            200 when Scrape.TryParse(answer.Body, out var scrape) => (ProcessReading.Up, scrape),
            _ => (NoMetrics, null),
        };
    }
}
