using Rinha.LoadTest.Stats;
using Rinha.Stack.Cgroups;
using Rinha.Stack.Proxies;

namespace Rinha.Chaos;

// One kind of fault, tried many times against a running bank; finds what must not happen. Run: tries the fault so many
// times and counts each with CampaignRun.Tried, and tells the run what it finds. Everything it starts has ended when it
// returns.
internal sealed record Campaign(string Name, string Fault, int ShortTimes, int Times, Action<CampaignRun> Run);

// Where the parts of the bank under test are; prepared by ./rinha chaos.
internal sealed record ChaosSetting(
    string Sockets, string Work, int Port, string? Cgroup, int SoakMinutes, bool IsShort)
{
    // nginx in the foreground, for every bank of every campaign.
    public IReadOnlyList<string> NginxCommand { get; } = Nginx.Command(Sockets, Path.Combine(Sockets, "nginx.conf"));

    // What is loaded before the server's own libraries to make faults happen.
    public string FaultLibrary => Path.Combine(Sockets, "faults.so");

    // A PostgreSQL cluster that has never run, with the role and the database rinha.
    public string Cluster => Path.Combine(Work, "cluster");

    // The directory for PostgreSQL's unix socket, which belongs to its user.
    public string ClusterSockets => Sockets + "-db";

    // How a process gets inside its limits, which are others where there is a database beside it.
    public IReadOnlyList<string> EntrancesOf(string name, bool hasPostgres) =>
        Cgroup is null ? [] : StackCgroup.Locate(Cgroup)!.EntrancesOf(hasPostgres ? "postgres-" + name : name);
}

// A campaign under way: what it is given, and what it has found so far. Belongs to one thread. directory: the
// campaign's own, empty; deleted afterwards unless something is found.
internal sealed class CampaignRun(ChaosSetting setting, string directory, int seed, int times)
{
    private const int ViolationsKept = 20;

    private readonly List<string> _violations = [];
    private readonly List<string> _figures = [];

    public ChaosSetting Setting => setting;
    public string Directory => directory;
    public Random Random { get; } = new(seed); // For every decision that is left to chance.

    public int Seed => seed;
    public int Times => times;
    public int TriedTimes { get; private set; }
    public long Checks { get; private set; }
    public long ViolationCount { get; private set; }
    public IReadOnlyList<string> Violations => _violations; // The first of the violations, in words.

    public IReadOnlyList<string> Figures => _figures;

    public void Tried() => TriedTimes++;

    public bool Check(bool holds, Func<string> violation)
    {
        Checks++;
        if (!holds)
        {
            ViolationCount++;
            if (_violations.Count < ViolationsKept)
            {
                _violations.Add($"try {TriedTimes + 1}: {violation()}");
            }
        }

        return holds;
    }

    // Notes whether something was fast enough, in the full campaigns. The short ones share their machine: there only
    // counts and the order of events decide.
    public void CheckSpeed(bool holds, Func<string> violation)
    {
        if (!Setting.IsShort)
        {
            Check(holds, violation);
        }
    }

    public bool CheckAnswer(RawAnswer answer, string what, int status = 200) =>
        Check(answer.Status == status, () => $"{what} is answered {answer.Status} {answer.Body}");

    public void CheckAlive(Bank bank, string when)
    {
        foreach (var process in bank.Processes)
        {
            Check(process.IsAlive, () => $"{when}: {process.Name} has ended: {process.Log.TrimEnd()}");
        }
    }

    public void Check(IEnumerable<CheckResult> results)
    {
        foreach (var result in results)
        {
            Check(result.Violations == 0, () => $"{result.Name}: {result.Violations} times, {result.Example}");
        }
    }

    public void Measured(string figure) => _figures.Add(figure);
}

internal sealed class ChaosException(string message) : Exception(message);

internal static class Wait
{
    public static void Until(Func<bool> isSo, Func<string> otherwise)
    {
        if (!For(isSo))
        {
            throw new ChaosException(otherwise());
        }
    }

    public static bool For(Func<bool> isSo) => Poll.Until(Bank.Patience, isSo, pauseMilliseconds: 2);
}

internal static class Choices
{
    public static T Pick<T>(this Random random, IReadOnlyList<T> from) => from[random.Next(from.Count)];
}
