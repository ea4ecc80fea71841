using Rinha.LoadTest.Stats;

namespace Rinha.Chaos;

/// <summary>One kind of fault, tried many times against a running bank; finds what must not happen.</summary>
/// <param name="Name">A word for <c>--only</c>: small letters, digits and hyphens.</param>
/// <param name="Fault">What is done to the bank, in a few words for the table.</param>
/// <param name="ShortTimes">How often the fault is tried in continuous integration.</param>
/// <param name="Times">How often otherwise.</param>
/// <param name="Run">Tries the fault so many times and counts each with <see cref="CampaignRun.Tried"/>, and tells the
/// run what it finds. Everything it starts has ended when it returns.</param>
internal sealed record Campaign(string Name, string Fault, int ShortTimes, int Times, Action<CampaignRun> Run);

/// <summary>Where the parts of the bank under test are; prepared by <c>./rinha chaos</c>.</summary>
/// <param name="Launcher">A script that becomes the process of a name: <c>launch api01 [ARGUMENT…]</c>, <c>api02</c>,
/// <c>nginx</c> or <c>db</c>, inside its cgroup and as the right user. The rest is in the environment (<see
/// cref="BankProcess"/>).</param>
/// <param name="SocketDirectory">Where the APIs' unix sockets are, as nginx's configuration says.</param>
/// <param name="FaultLibrary">What is loaded before the server's own libraries to make faults happen.</param>
/// <param name="Cgroup">The name of the stack's cgroup; <see langword="null"/> without limits.</param>
/// <param name="Cluster">A PostgreSQL cluster that has never run, with the role and the database rinha.</param>
/// <param name="ClusterSockets">The directory for PostgreSQL's unix socket, which belongs to its user.</param>
/// <param name="SoakMinutes">How long the soak takes when it is not the short one.</param>
/// <param name="IsShort">Whether this is the short campaign of continuous integration.</param>
internal sealed record ChaosSetting(
    string Launcher,
    string SocketDirectory,
    int Port,
    string Server,
    string FaultLibrary,
    string? Cgroup,
    string? Cluster,
    string? ClusterSockets,
    int SoakMinutes,
    bool IsShort);

/// <summary>A campaign under way: what it is given, and what it has found so far. Belongs to one thread.</summary>
/// <param name="directory">The campaign's own, empty; deleted afterwards unless something is found.</param>
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

    /// <summary>Notes whether something is as it must be.</summary>
    /// <param name="violation">What is wrong, when it is not.</param>
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

    /// <summary>Notes whether something was fast enough, in the full campaigns. The short ones share their machine:
    /// there only counts and the order of events decide.</summary>
    public void CheckSpeed(bool holds, Func<string> violation)
    {
        if (!Setting.IsShort)
        {
            Check(holds, violation);
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

/// <summary>A campaign cannot go on: something it needs does not come about.</summary>
internal sealed class ChaosException(string message) : Exception(message);

internal static class Wait
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(2);

    public static void Until(Func<bool> isSo, Func<string> otherwise)
    {
        if (!For(isSo))
        {
            throw new ChaosException(otherwise());
        }
    }

    public static bool For(Func<bool> isSo, TimeSpan? patience = null)
    {
        var watch = Stopwatch.StartNew();
        while (!isSo())
        {
            if (watch.Elapsed > (patience ?? Bank.Patience))
            {
                return false;
            }

            Thread.Sleep(s_pause);
        }

        return true;
    }
}
