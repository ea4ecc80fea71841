namespace Rinha.Stack.Stacks;

/// <summary>
/// What a stack is made of: a directory PROXY-LEDGER of stacks/, and in it a split, the file of limits that Compose
/// reads too.
/// </summary>
public sealed record StackLayout
{
    public const string DefaultName = "nginx-sqlite";
    public const string DefaultSplit = "split";

    /// <summary>The name of PostgreSQL among the processes.</summary>
    public const string Database = "db";

    public static readonly IReadOnlyList<string> Apis = ["api01", "api02"];

    private StackLayout(string name, string split) => (Name, Split) = (name, split);

    /// <summary>Its name, such as nginx-sqlite.</summary>
    public string Name { get; }

    public string Split { get; }

    /// <summary>Whether constant answers stand in for the servers and their ledger.</summary>
    public bool IsFloor { get; init; }

    public string SplitFile => Repository.PathOf("stacks", Name, Split + ".env");

    /// <summary>nginx or caddy, also the name of that process.</summary>
    public string Proxy => Name[..Name.IndexOf('-')];

    public bool HasCaddy => Proxy == "caddy";

    /// <summary>Whether the ledger is PostgreSQL; otherwise it is a file of SQLite.</summary>
    public bool HasPostgres => Name.EndsWith("-postgres", StringComparison.Ordinal);

    /// <summary>The names of its processes, in the order in which they start.</summary>
    public IReadOnlyList<string> Processes =>
        HasPostgres && !IsFloor ? [Database, .. Apis, Proxy] : [.. Apis, Proxy];

    public static IReadOnlyList<string> Names =>
    [
        .. Directory.GetDirectories(Repository.PathOf("stacks"), "*-*").Select(path => Path.GetFileName(path))
            .Order(StringComparer.Ordinal),
    ];

    public static IReadOnlyList<string> SplitsOf(string stack) =>
    [
        .. Directory.GetFiles(Repository.PathOf("stacks", stack), "*.env")
            .Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal),
    ];

    public static StackLayout Choose(string stack = DefaultName, string split = DefaultSplit)
    {
        if (!Names.Contains(stack))
        {
            throw new UsageException($"not a stack: '{stack}' ({string.Join(' ', Names)})");
        }

        return SplitsOf(stack).Contains(split)
            ? new StackLayout(stack, split)
            : throw new UsageException($"not a split of {stack}: '{split}' ({string.Join(' ', SplitsOf(stack))})");
    }

    public IReadOnlyDictionary<string, ProcessLimits> ReadLimits() => Processes.ToDictionary(
        process => process,
        process =>
        {
            var kind = process.TrimEnd([.. "0123456789"]).ToUpperInvariant();
            return ProcessLimits.Parse(Setting(kind + "_CPUS"), Setting(kind + "_MEMORY"));
        });

    /// <summary>Refuses limits above what the contest allows.</summary>
    public void CheckLimits(IReadOnlyDictionary<string, ProcessLimits> limits)
    {
        var cpu = limits.Values.Sum(limit => limit.CpuQuota);
        var memory = limits.Values.Sum(limit => limit.MemoryBytes);
        var excess = cpu > ProcessLimits.CpuQuotaMax ? $"{ProcessLimits.CpuText(cpu)} CPU, above 1.50"
            : memory > ProcessLimits.MemoryBytesMax ? $"{ProcessLimits.MemoryText(memory)}, above 550MB"
            : null;
        if (excess is not null)
        {
            throw new StackException($"the limits add up to {excess} (see {Repository.Shorten(SplitFile)})");
        }
    }

    /// <summary>A setting of the split; as in Compose, a variable of the environment wins over the file.</summary>
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
}
