using Rinha.LoadTest.Stats;
using Rinha.Stack.Cgroups;
using Rinha.Stack.Proxies;

namespace Rinha.Chaos;

// One kind of fault, tried many times against a running bank. Run injects the fault PlannedTries times, counts each
// with CountTry, reports violations to the run, and leaves no process behind. ShortTries 0: not in the short form.
internal sealed record Campaign(string Name, string Fault, int ShortTries, int FullTries, Action<CampaignRun> Run);

// Paths and limits of the bank under test; ./rinha chaos prepares them.
internal sealed record ChaosSettings(
    string Sockets, string Work, int Port, string? Cgroup, int SoakMinutes, bool IsShort, bool IsInstallAgreed)
{
    public IReadOnlyList<string> NginxCommand { get; } = Nginx.Command(Sockets, Path.Combine(Sockets, "nginx.conf"));

    public IReadOnlyList<string> StreamCommand { get; } = Nginx.Command(Sockets, Path.Combine(Sockets, "stream.conf"));

    // Preloaded into a server to inject faults (scripts/faults).
    public string FaultLibrary => Path.Combine(Sockets, "faults.so");

    // A template cluster that has never run, with the role and database rinha.
    public string Cluster => Path.Combine(Work, "cluster");

    // Holds PostgreSQL's unix socket; owned by its user.
    public string ClusterSockets => Sockets + "-db";

    // The cgroup files that a process joins. Each stack has other limits: its cgroups have a prefix.
    public IReadOnlyList<string> ProcsFilesOf(string name) =>
        Cgroup is null ? [] : StackCgroup.Locate(Cgroup)!.ProcsFilesOf(name);

    // A run of an hour does not stop to ask: without these programs the campaign is skipped.
    public void RequirePrograms(params (string Program, string Package)[] programs)
    {
        if (new Packages(Console.Error.WriteLine, IsInstallAgreed).TryRequire(programs) is { } reason)
        {
            throw new CampaignSkipped(reason);
        }
    }
}

// One run of a campaign: its settings and directory, and the violations and results so far. Single-threaded. The
// directory starts empty and is kept only when the campaign finds a violation.
internal sealed class CampaignRun(ChaosSettings settings, string directory, int seed, int plannedTries)
{
    private const int ViolationsKept = 20;

    private readonly List<string> _violations = [];
    private readonly List<string> _results = [];

    public ChaosSettings Settings => settings;
    public string Directory => directory;
    public Random Random { get; } = new(seed);

    public int Seed => seed;
    public int PlannedTries => plannedTries;
    public int Tries { get; private set; }
    public long Checks { get; private set; }
    public long ViolationCount { get; private set; }
    public IReadOnlyList<string> Violations => _violations; // The first ViolationsKept, as text.

    public IReadOnlyList<string> Results => _results;

    public void CountTry() => Tries++;

    public bool Check(bool holds, Func<string> violation)
    {
        Checks++;
        if (!holds)
        {
            ViolationCount++;
            if (_violations.Count < ViolationsKept)
            {
                _violations.Add($"try {Tries + 1}: {violation()}");
            }
        }

        return holds;
    }

    // Judges speed in the full form only: the short form shares its machine with other work.
    public void CheckSpeed(bool holds, Func<string> violation)
    {
        if (!Settings.IsShort)
        {
            Check(holds, violation);
        }
    }

    public bool CheckAnswer(RawAnswer answer, string what, int status = 200) =>
        Check(answer.Status == status, () => $"{what} got {answer.Status} {answer.Body}");

    public void CheckAlive(Bank bank, string when)
    {
        foreach (var process in bank.Processes)
        {
            Check(process.IsAlive, () => $"{when}: {process.Name} exited: {process.Log.TrimEnd()}");
        }
    }

    public void Check(IEnumerable<CheckResult> results)
    {
        foreach (var result in results)
        {
            Check(result.Violations == 0, () => $"{result.Name}: {result.Violations} times, {result.Example}");
        }
    }

    public void AddResult(string result) => _results.Add(result);
}

internal sealed class ChaosException(string message) : Exception(message);

// This machine cannot run the campaign: neither passed nor failed.
internal sealed class CampaignSkipped(string reason) : Exception(reason);

internal static class Wait
{
    public static void Until(Func<bool> condition, Func<string> failure)
    {
        if (!For(condition))
        {
            throw new ChaosException(failure());
        }
    }

    public static bool For(Func<bool> condition) => Poll.Until(Bank.Timeout, condition, pauseMilliseconds: 2);
}

internal static class RandomExtensions
{
    public static T Pick<T>(this Random random, IReadOnlyList<T> from) => from[random.Next(from.Count)];
}
