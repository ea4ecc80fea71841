using Rinha.LoadTest.Http;

namespace Rinha.LoadTest.Top;

/// <summary>Reads a running stack: the APIs' metrics over their sockets, and the cgroups of all processes.</summary>
/// <param name="names">The processes; those whose name begins with <c>api</c> have metrics.</param>
/// <param name="sockets">The directory of the sockets.</param>
/// <param name="cgroups">
/// The directories of the stack's cgroup, for CPU, accounting and memory; none without limits.
/// </param>
internal sealed class StackSource(IReadOnlyList<string> names, string sockets, IReadOnlyList<string> cgroups)
{
    private const string NoMetrics = "no metrics";

    // An instance that hangs must not hold up the picture of the others.
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(400);

    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <summary>Reads everything.</summary>
    public TopReading Read() => new(_clock.Elapsed.TotalSeconds, [.. names.Select(Read)]);

    private ProcessReading Read(string name)
    {
        var cgroup = cgroups.Count == 3
            ? new Cgroup([.. cgroups.Select(directory => Path.Combine(directory, name))]).Read()
            : null;
        if (!name.StartsWith("api", StringComparison.Ordinal))
        {
            return new ProcessReading(name, ProcessReading.NotAsked, null, cgroup);
        }

        var (state, scrape) = Ask(Path.Combine(sockets, name + ".sock"));
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
            200 when Scrape.TryParse(answer.Body, out var scrape, out _) => (ProcessReading.Up, scrape),
            _ => (NoMetrics, null),
        };
    }
}
