namespace Rinha.LoadTest.Top;

/// <summary>
/// The cgroup of one process: three directories in version 1, three times the same one in version 2.
/// </summary>
/// <param name="directories">The directories for CPU, accounting and memory.</param>
internal sealed class Cgroup(IReadOnlyList<string> directories)
{
    // Version 1 writes "no limit" as the largest number of pages there is.
    private const long UnlimitedBytes = long.MaxValue / 2;

    private readonly string _cpu = directories[0];
    private readonly string _accounting = directories[1];
    private readonly string _memory = directories[2];

    public CgroupReading Read() => Text(_cpu, "cpu.max") is { } max ? ReadVersion2(max) : ReadVersion1();

    private CgroupReading ReadVersion2(string max)
    {
        var stat = Members(_cpu, "cpu.stat");
        var quota = max.Split(' ');
        return new CgroupReading(
            Find(stat, "usage_usec") / 1e6,
            quota.Length == 2 ? (double?)Number(quota[0]) / Number(quota[1]) : null,
            Find(stat, "nr_periods"),
            Find(stat, "nr_throttled"),
            InUse(Number(Text(_memory, "memory.current")), "inactive_file"),
            Number(Text(_memory, "memory.max")));
    }

    private CgroupReading ReadVersion1()
    {
        var stat = Members(_cpu, "cpu.stat");
        var quota = (double?)Number(Text(_cpu, "cpu.cfs_quota_us"));
        var limit = Number(Text(_memory, "memory.limit_in_bytes"));
        return new CgroupReading(
            Number(Text(_accounting, "cpuacct.usage")) / 1e9,
            quota > 0 ? quota / Number(Text(_cpu, "cpu.cfs_period_us")) : null,
            Find(stat, "nr_periods"),
            Find(stat, "nr_throttled"),
            InUse(Number(Text(_memory, "memory.usage_in_bytes")), "total_inactive_file"),
            limit < UnlimitedBytes ? limit : null);
    }

    private long? InUse(long? bytes, string inactive) =>
        bytes - (Find(Members(_memory, "memory.stat"), inactive) ?? 0);

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

/// <summary>What the kernel says of a process's cgroup at one moment; what it does not say is missing.</summary>
/// <param name="CpuSeconds">The CPU time used so far, in seconds.</param>
/// <param name="CpuLimit">The quota, in CPUs.</param>
/// <param name="Periods">How many periods of the quota have passed with something to do.</param>
/// <param name="ThrottledPeriods">In how many of them the quota was used up.</param>
/// <param name="MemoryBytes">The memory in use, without what the kernel would give back at once.</param>
/// <param name="MemoryLimitBytes">The limit on it.</param>
internal sealed record CgroupReading(
    double? CpuSeconds,
    double? CpuLimit,
    long? Periods,
    long? ThrottledPeriods,
    long? MemoryBytes,
    long? MemoryLimitBytes);
