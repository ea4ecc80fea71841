namespace Rinha.Server.Telemetry;

// How much of the machine this process may use, from the runtime, its cgroups (version 1 or 2) and its rlimits; null
// for no limit. CpuQuota is in CPUs: 1.5 is the time of one and a half.
internal sealed record MachineLimits(int Processors, double? CpuQuota, long? MemoryBytes, long? OpenFiles)
{
    // cgroup v1 writes a number at least this large for "no limit".
    private const double MemoryBytesNone = 1L << 62;

    // Reads the files below a root. A file that cannot be read sets no limit.
    public static MachineLimits Read(string root = "/")
    {
        double? cpus = null;
        double? memoryBytes = null;
        var mounts = Lines(Path.Combine(root, "proc/self/mountinfo"));
        foreach (var line in Lines(Path.Combine(root, "proc/self/cgroup")))
        {
            // v1: 4:cpu,cpuacct:/path; v2: 0::/path
            var parts = line.Split(':', 3);
            if (parts.Length < 3)
            {
                continue;
            }

            var controllers = parts[1].Split(',');
            foreach (var directory in Directories(root, mounts, controllers, parts[2]))
            {
                cpus = Min(cpus, controllers is [""] ? QuotaV2(directory) : QuotaV1(directory));
                memoryBytes = Min(memoryBytes, controllers is [""]
                    ? Number(directory, "memory.max")
                    : Number(directory, "memory.limit_in_bytes"));
            }
        }

        return new MachineLimits(
            Environment.ProcessorCount,
            cpus,
            memoryBytes < MemoryBytesNone ? (long?)memoryBytes : null,
            OpenFilesIn(Lines(Path.Combine(root, "proc/self/limits"))));
    }

    public override string ToString()
    {
        var cpus = CpuQuota?.ToString("0.##", CultureInfo.InvariantCulture) ?? "none";
        var memory = MemoryBytes is { } bytes ? $"{bytes} bytes" : "none";
        var files = OpenFiles?.ToString(CultureInfo.InvariantCulture) ?? "no limit";
        return $"{Processors} processors, CPU limit {cpus}, memory limit {memory}, open files {files}";
    }

    // Max open files            1024                 524288               files (proc(5)); the soft limit comes first.
    private static long? OpenFilesIn(string[] limits)
    {
        const string Name = "Max open files";
        var line = limits.FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal));
        return (long?)ToNumber(line?[Name.Length..].TrimStart().Split(' ')[0] ?? "");
    }

    // The group's directory and its ancestors: each may have its own limit.
    private static IEnumerable<string> Directories(string root, string[] mounts, string[] controllers, string group)
    {
        foreach (var mount in mounts)
        {
            // 30 23 0:26 ROOT POINT options - TYPE source OPTIONS (proc(5)).
            var fields = mount.Split(' ');
            var dash = Array.IndexOf(fields, "-");
            if (dash < 5 || fields.Length < dash + 4 || !IsMountOf(controllers, fields[dash + 1], fields[dash + 3]))
            {
                continue;
            }

            var (top, point) = (fields[3].TrimEnd('/'), Path.Combine(root, fields[4].TrimStart('/')));
            var below = group.StartsWith(top + "/", StringComparison.Ordinal) ? group[top.Length..].Trim('/') : "";
            while (below.Length > 0)
            {
                yield return Path.Combine(point, below);
                below = Path.GetDirectoryName(below)!;
            }

            yield return point;
        }
    }

    private static bool IsMountOf(string[] controllers, string type, string options) => controllers is [""]
        ? type == "cgroup2"
        : type == "cgroup" && options.Split(',').Intersect(controllers).Any();

    private static double? QuotaV2(string directory) =>
        Lines(Path.Combine(directory, "cpu.max")) is [var line] && line.Split(' ') is [var quota, var period]
            ? ToNumber(quota) / ToNumber(period)
            : null;

    private static double? QuotaV1(string directory) =>
        Number(directory, "cpu.cfs_quota_us") is > 0 and { } quota
            ? quota / Number(directory, "cpu.cfs_period_us")
            : null;

    private static double? Number(string directory, string name) =>
        Lines(Path.Combine(directory, name)) is [var line] ? ToNumber(line) : null;

    private static double? ToNumber(string text) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private static double? Min(double? left, double? right) => left < right ? left : right ?? left;

    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
