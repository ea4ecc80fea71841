using System.Text.RegularExpressions;
using Rinha.Stack.Cgroups;

namespace Rinha.Stack.Stacks;

/// <summary>
/// What a stack is made of: a directory PROXY-LEDGER of stacks/, and in it a split, the file of limits that Compose
/// reads too.
/// </summary>
public sealed partial class StackLayout
{
    /// <summary>The stack of the contest.</summary>
    public const string DefaultName = "nginx-sqlite";

    /// <summary>The split of every stack that is used when none is named.</summary>
    public const string DefaultSplit = "split";

    /// <summary>The name of PostgreSQL among the processes.</summary>
    public const string Database = "db";

    /// <summary>The names of the two servers.</summary>
    public static readonly IReadOnlyList<string> Apis = ["api01", "api02"];

    private StackLayout(string name, string split)
    {
        Name = name;
        Split = split;
        SplitFile = Path.Combine(Directory, name, split + ".env");
        Proxy = name[..name.IndexOf('-')];
        HasPostgres = name.EndsWith("-postgres", StringComparison.Ordinal);
        Processes = HasPostgres ? [Database, .. Apis, Proxy] : [.. Apis, Proxy];
    }

    /// <summary>Its name, such as nginx-sqlite.</summary>
    public string Name { get; }

    /// <summary>The name of its split.</summary>
    public string Split { get; }

    /// <summary>The file of its limits.</summary>
    public string SplitFile { get; }

    /// <summary>nginx or caddy, also the name of that process.</summary>
    public string Proxy { get; }

    /// <summary>Whether the proxy is Caddy.</summary>
    public bool HasCaddy => Proxy == "caddy";

    /// <summary>Whether the ledger is PostgreSQL; otherwise it is a file of SQLite.</summary>
    public bool HasPostgres { get; }

    /// <summary>The names of its processes, in the order in which they start.</summary>
    public IReadOnlyList<string> Processes { get; private init; }

    private static string Directory => Repository.PathOf("stacks");

    /// <summary>The names of all stacks.</summary>
    public static IReadOnlyList<string> Names =>
    [
        .. System.IO.Directory.GetDirectories(Directory, "*-*").Select(path => Path.GetFileName(path)).Order(
            StringComparer.Ordinal),
    ];

    /// <summary>The names of a stack's splits.</summary>
    public static IReadOnlyList<string> SplitsOf(string stack) =>
    [
        .. System.IO.Directory.GetFiles(Path.Combine(Directory, stack), "*.env")
            .Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal),
    ];

    /// <summary>The stack of a name.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static StackLayout Choose(string stack = DefaultName, string split = DefaultSplit)
    {
        if (!StackForm().IsMatch(stack) || !Names.Contains(stack))
        {
            throw new UsageException($"not a stack: '{stack}' ({string.Join(' ', Names)})");
        }

        return SplitsOf(stack).Contains(split)
            ? new StackLayout(stack, split)
            : throw new UsageException($"not a split of {stack}: '{split}' ({string.Join(' ', SplitsOf(stack))})");
    }

    /// <summary>The same proxy in front of constant answers: no ledger runs.</summary>
    public StackLayout WithoutLedger() => new(Name, Split) { Processes = [.. Apis, Proxy] };

    /// <summary>The limits of its processes.</summary>
    /// <exception cref="StackException">One is missing or not understood.</exception>
    public IReadOnlyDictionary<string, ProcessLimits> ReadLimits() => Processes.ToDictionary(
        process => process,
        process =>
        {
            var kind = process.TrimEnd("0123456789".ToCharArray()).ToString().ToUpperInvariant();
            return ProcessLimits.Parse(Setting(kind + "_CPUS"), Setting(kind + "_MEMORY"));
        });

    /// <summary>Refuses limits above what the contest allows.</summary>
    /// <exception cref="StackException">They are above.</exception>
    public void CheckLimits(IReadOnlyDictionary<string, ProcessLimits> limits)
    {
        var file = Repository.Shorten(SplitFile);
        var cpu = limits.Values.Sum(limit => limit.CpuQuota);
        var memory = limits.Values.Sum(limit => limit.MemoryBytes);
        if (cpu > ProcessLimits.CpuQuotaMax)
        {
            throw new StackException(
                $"the limits add up to {ProcessLimits.CpuText(cpu)} CPU, above 1.50 (see {file})");
        }

        if (memory > ProcessLimits.MemoryBytesMax)
        {
            throw new StackException(
                $"the limits add up to {ProcessLimits.MemoryText(memory)}, above 550MB (see {file})");
        }
    }

    /// <summary>A setting of the split; as in Compose, a variable of the environment wins over the file.</summary>
    /// <exception cref="StackException">It is missing.</exception>
    public string Setting(string name)
    {
        if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value)
        {
            return value;
        }

        return File.ReadLines(SplitFile)
            .FirstOrDefault(line => line.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..]
            ?? throw new StackException($"{name} is missing in {SplitFile}");
    }

    [GeneratedRegex("^[a-z]+-[a-z]+$")]
    private static partial Regex StackForm();
}
