namespace Rinha.Stack.Stacks;

/// <summary>
/// The parts of a stack: a directory PROXY-LEDGER below stacks/, and in it a split, the file of limits that Compose
/// also reads.
/// </summary>
public sealed record StackLayout
{
    public const string DefaultName = "nginx-sqlite";
    public const string PostgresName = "nginx-postgres";
    public const string DefaultSplit = "split";

    public const string Database = "db";

    public static readonly IReadOnlyList<string> Apis = ["api01", "api02"];

    private StackLayout(string name, string split) => (Name, Split, Proxy) = (name, split, ProxyOf(name)!);

    /// <summary>Such as nginx-sqlite.</summary>
    public string Name { get; }

    public string Split { get; }

    /// <summary>Whether nginx gives constant answers in place of the servers and their ledger.</summary>
    public bool IsFloor { get; init; }

    /// <summary>Whether DATABASE_URL names the database, so that the stack starts none.</summary>
    public bool IsDatabaseElsewhere { get; init; }

    public string SplitFile => Repository.PathOf("stacks", Name, Split + ".env");

    /// <summary>Its process is named after it.</summary>
    public Proxy Proxy { get; }

    /// <summary>Whether Compose can run it: always with nginx, else by the stack's compose.yaml.</summary>
    public bool HasCompose => Proxy is Nginx || File.Exists(Repository.PathOf("stacks", Name, "compose.yaml"));

    /// <summary>Whether the ledger is PostgreSQL rather than SQLite.</summary>
    public bool HasPostgres => Name.EndsWith("-postgres", StringComparison.Ordinal);

    /// <summary>The process names, in start order.</summary>
    public IReadOnlyList<string> Processes =>
        HasPostgres && !IsFloor && !IsDatabaseElsewhere ? [Database, .. Apis, Proxy.Name] : [.. Apis, Proxy.Name];

    public static IReadOnlyList<string> Names =>
    [
        .. Directory.GetDirectories(Repository.PathOf("stacks"), "*-*").Select(path => Path.GetFileName(path))
            .Where(name => ProxyOf(name) is not null).Order(StringComparer.Ordinal),
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

    /// <summary>A server's socket that serves its metrics.</summary>
    public string MetricsSocketOf(string sockets, string name) =>
        Path.Combine(sockets, Proxy.IsLayer4 ? name + "-metrics.sock" : name + ".sock");

    public IReadOnlyDictionary<string, ProcessLimits> ReadLimits() => Processes.ToDictionary(
        process => process,
        process =>
        {
            var kind = process.TrimEnd([.. "0123456789"]).ToUpperInvariant();
            return ProcessLimits.Parse(Setting(kind + "_CPUS"), Setting(kind + "_MEMORY"));
        });

    /// <summary>Throws when the limits exceed the contest's.</summary>
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

    /// <summary>A setting of the split; as in Compose, an environment variable overrides the file.</summary>
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

    private static Proxy? ProxyOf(string name) => Proxy.All.FirstOrDefault(proxy => proxy.IsOf(name));
}
