using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Chaos;

/// <summary>A campaign under way: what it is given, and what it has found so far. Belongs to one thread.</summary>
/// <param name="setting">Where the bank's parts are.</param>
/// <param name="directory">
/// An empty directory of the campaign's own; deleted afterwards unless something is found.
/// </param>
/// <param name="seed">The same seed, the same decisions.</param>
/// <param name="times">How often to try.</param>
internal sealed class CampaignRun(ChaosSetting setting, string directory, int seed, int times)
{
    private const int ViolationsKept = 20;

    private readonly List<string> _violations = [];
    private readonly List<string> _figures = [];

    /// <summary>Where the bank's parts are.</summary>
    public ChaosSetting Setting { get; } = setting;

    /// <summary>A directory of the campaign's own.</summary>
    public string Directory { get; } = directory;

    /// <summary>For every decision that is left to chance.</summary>
    public Random Random { get; } = new(seed);

    /// <summary>The seed of <see cref="Random"/>.</summary>
    public int Seed { get; } = seed;

    /// <summary>How often to try the fault.</summary>
    public int Times { get; } = times;

    /// <summary>How often it was tried.</summary>
    public int TriedTimes { get; private set; }

    /// <summary>How many things were checked.</summary>
    public long Checks { get; private set; }

    /// <summary>How many of them were not as they must be.</summary>
    public long ViolationCount { get; private set; }

    /// <summary>The first of those, in words.</summary>
    public IReadOnlyList<string> Violations => _violations;

    /// <summary>What was measured, in words.</summary>
    public IReadOnlyList<string> Figures => _figures;

    /// <summary>Counts one try.</summary>
    public void Tried() => TriedTimes++;

    /// <summary>Notes whether something is as it must be.</summary>
    /// <param name="holds">Whether it is.</param>
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

    /// <summary>
    /// Notes whether something was fast enough, in the full campaigns. The short ones share their machine: there only
    /// counts and the order of events decide.
    /// </summary>
    /// <param name="holds">Whether it was.</param>
    /// <param name="violation">How long it took.</param>
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
