using Rinha.LoadTest.Stats;

namespace Rinha.Chaos;

/// <summary>A campaign under way: what it is given, and what it has found so far. Belongs to one thread.</summary>
/// <param name="directory">An empty directory of the campaign's own; deleted afterwards unless something is
/// found.</param>
internal sealed class CampaignRun(ChaosSetting setting, string directory, int seed, int times)
{
    private const int ViolationsKept = 20;

    private readonly List<string> _violations = [];
    private readonly List<string> _figures = [];

    public ChaosSetting Setting { get; } = setting;
    public string Directory { get; } = directory;

    /// <summary>For every decision that is left to chance.</summary>
    public Random Random { get; } = new(seed);

    public int Seed { get; } = seed;
    public int Times { get; } = times;
    public int TriedTimes { get; private set; }
    public long Checks { get; private set; }

    /// <summary>How many of them were not as they must be.</summary>
    public long ViolationCount { get; private set; }

    public IReadOnlyList<string> Violations => _violations;

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

    /// <summary>Takes over the results of the load tester's own checks.</summary>
    public void Check(IEnumerable<CheckResult> results)
    {
        foreach (var result in results)
        {
            Check(result.Violations == 0, () => $"{result.Name}: {result.Violations} times, {result.Example}");
        }
    }

    /// <summary>Adds something measured to the table: <c>longest gap 12 ms</c>.</summary>
    public void Measured(string figure) => _figures.Add(figure);
}

/// <summary>A campaign cannot go on: something it needs does not come about.</summary>
internal sealed class ChaosException(string message) : Exception(message);

/// <summary>Waiting for what is going to happen.</summary>
internal static class Wait
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(2);

    public static void Until(TimeSpan patience, Func<bool> isSo, Func<string> otherwise)
    {
        if (!For(patience, isSo))
        {
            throw new ChaosException(otherwise());
        }
    }

    /// <summary>Looks until something is so, or the time is over.</summary>
    public static bool For(TimeSpan patience, Func<bool> isSo)
    {
        var watch = Stopwatch.StartNew();
        while (!isSo())
        {
            if (watch.Elapsed > patience)
            {
                return false;
            }

            Thread.Sleep(s_pause);
        }

        return true;
    }
}
