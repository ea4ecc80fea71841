namespace Rinha.LoadTest.Top;

// The cgroup of one process: three directories in version 1, three times the same one in version 2.
internal sealed class Cgroup(IReadOnlyList<string> directories)
{
    // Version 1 writes "no limit" as the largest number of pages there is.
    private const long UnlimitedBytes = long.MaxValue / 2;

    private readonly string _cpu = directories[0];
    private readonly string _accounting = directories[1];
    private readonly string _memory = directories[2];

    // Each figure is where either version of cgroups has it.
    public CgroupReading Read()
    {
        var (cpu, memory) = (Members(_cpu, "cpu.stat"), Members(_memory, "memory.stat"));
        var quota = (string?[]?)Text(_cpu, "cpu.max")?.Split(' ')
            ?? [Text(_cpu, "cpu.cfs_quota_us"), Text(_cpu, "cpu.cfs_period_us")];
        var bytes = Number(Text(_memory, "memory.current")) ?? Number(Text(_memory, "memory.usage_in_bytes"));
        var limit = Number(Text(_memory, "memory.max")) ?? Number(Text(_memory, "memory.limit_in_bytes"));
        return new CgroupReading(
            Find(cpu, "usage_usec") / 1e6 ?? Number(Text(_accounting, "cpuacct.usage")) / 1e9,
            Number(quota[0]) is > 0 and var microseconds ? (double?)microseconds / Number(quota[1]) : null,
            Find(cpu, "nr_periods"),
            Find(cpu, "nr_throttled"),
            bytes - (Find(memory, "total_inactive_file") ?? Find(memory, "inactive_file") ?? 0),
            limit < UnlimitedBytes ? limit : null);
    }

    private static Dictionary<string, string> Members(string directory, string file) =>
        (Text(directory, file) ?? "").Split('\n')
            .Select(line => line.Split(' '))
            .Where(words => words.Length == 2)
            .ToDictionary(words => words[0], words => words[1]);

    private static long? Find(Dictionary<string, string> members, string name) =>
        Number(members.GetValueOrDefault(name));

    private static long? Number(string? text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private static string? Text(string directory, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(directory, file)).TrimEnd();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

// What the kernel says of a process's cgroup at one moment; what it does not say is missing.
// Periods: How many periods of the quota have passed with something to do.
// MemoryBytes: The memory in use, without what the kernel would give back at once.
internal sealed record CgroupReading(
    double? CpuSeconds,
    double? CpuLimit,
    long? Periods,
    long? ThrottledPeriods,
    long? MemoryBytes,
    long? MemoryLimitBytes);
