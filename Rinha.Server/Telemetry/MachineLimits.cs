namespace Rinha.Server.Telemetry;

// How much of the machine this process may use: the processors that the runtime counts on, and what the kernel's
// control groups (version 1 or 2) and its own limits say; null for no limit. CpuQuota is how many CPUs' time it gets.
internal sealed record MachineLimits(int Processors, double? CpuQuota, long? MemoryBytes, long? OpenFiles)
{
    // Version 1 writes a number of this size for "no limit".
    private const double MemoryBytesNone = 1L << 62;

    // Reads them below a root; what cannot be read is no limit.
    public static MachineLimits Read(string root = "/")
    {
        double? cpus = null;
        double? memoryBytes = null;
        var mounts = Lines(Path.Combine(root, "proc/self/mountinfo"));
        foreach (var line in Lines(Path.Combine(root, "proc/self/cgroup")))
        {
            // 4:cpu,cpuacct:/path in version 1, 0::/path in version 2.
            var parts = line.Split(':', 3);
            if (parts.Length < 3)
            {
                continue;
            }

            var controllers = parts[1].Split(',');
            foreach (var directory in Directories(root, mounts, controllers, parts[2]))
            {
                cpus = Lesser(cpus, controllers is [""] ? CpuMax(directory) : CpuQuotaOf(directory));
                memoryBytes = Lesser(memoryBytes, controllers is [""]
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

    // Max open files            1024                 524288               files (proc(5)): the first one counts.
    private static long? OpenFilesIn(string[] limits)
    {
        const string Name = "Max open files";
        var line = limits.FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal));
        return (long?)ToNumber(line?[Name.Length..].TrimStart().Split(' ')[0] ?? "");
    }

    // The group's directory and those above it: each may have a limit of its own.
    private static IEnumerable<string> Directories(string root, string[] mounts, string[] controllers, string group)
    {
        foreach (var mount in mounts)
        {
            // 30 23 0:26 ROOT POINT options - TYPE source OPTIONS (proc(5)).
            var fields = mount.Split(' ');
            var dash = Array.IndexOf(fields, "-");
            if (dash < 5 || fields.Length < dash + 4 || !Serves(fields[dash + 1], fields[dash + 3], controllers))
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

    private static bool Serves(string type, string options, string[] controllers) => controllers is [""]
        ? type == "cgroup2"
        : type == "cgroup" && options.Split(',').Intersect(controllers).Any();

    private static double? CpuMax(string directory) =>
        Lines(Path.Combine(directory, "cpu.max")) is [var line] && line.Split(' ') is [var quota, var period]
            ? ToNumber(quota) / ToNumber(period)
            : null;

    private static double? CpuQuotaOf(string directory) =>
        Number(directory, "cpu.cfs_quota_us") is > 0 and { } quota
            ? quota / Number(directory, "cpu.cfs_period_us")
            : null;

    private static double? Number(string directory, string name) =>
        Lines(Path.Combine(directory, name)) is [var line] ? ToNumber(line) : null;

    private static double? ToNumber(string text) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private static double? Lesser(double? one, double? other) => one < other ? one : other ?? one;

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
