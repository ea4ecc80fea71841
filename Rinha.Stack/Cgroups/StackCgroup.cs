namespace Rinha.Stack.Cgroups;

/// <summary>
/// The cgroup of a stack, with a child for each process: sets CPU and memory limits and reads the kernel's counters. On
/// version 1 it is three directories (quota, usage, memory); on version 2 all three are the same. The process name ""
/// means the cgroup itself.
/// </summary>
public sealed record StackCgroup(string Version, string Cpu, string Accounting, string Memory)
{
    private const string FileSystem = "/sys/fs/cgroup";
    private const string Version1 = "v1";
    private const string Version2 = "v2";
    private const string Controllers = "+cpu +memory";

    // Docker's period; a quota is microseconds of run time per period.
    private const int PeriodMicroseconds = 100_000;

    // Version 1 reports no limit as the largest number of pages.
    private const long UnlimitedBytes = long.MaxValue / 2;

    private static readonly TimeSpan s_removeTimeout = TimeSpan.FromSeconds(3);

    // The file names of each version.
    private static readonly Dictionary<string, (string Quota, string Memory, string Swap, string Peak)> s_files = new()
    {
        [Version1] = (
            "cpu.cfs_quota_us", "memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "memory.max_usage_in_bytes"),
        [Version2] = ("cpu.max", "memory.max", "memory.swap.max", "memory.peak"),
    };

    public IEnumerable<string> Directories => new[] { Cpu, Accounting, Memory }.Distinct();

    public string Name => Path.GetFileName(Cpu);

    /// <summary>A stack's cgroup, not yet created; <see langword="null"/> where none can be created.</summary>
    public static StackCgroup? Locate(string stack, string fileSystem = FileSystem)
    {
        if (File.Exists(Path.Combine(fileSystem, "cgroup.controllers")))
        {
            return BaseOfVersion2(fileSystem) is { } root ? OfVersion2($"{root}/{stack}") : null;
        }

        string[] controllers = ["cpu", "cpuacct", "memory"];
        if (!controllers.All(controller => Directory.Exists(Path.Combine(fileSystem, controller))))
        {
            return null;
        }

        var places = controllers.Select(controller => $"{BaseOfVersion1(fileSystem, controller)}/{stack}").ToArray();
        return new StackCgroup(Version1, places[0], places[1], places[2]);
    }

    // A container's cgroup, through its own mounts (root only) or from the host.
    public static StackCgroup OfContainer(int pid)
    {
        var inside = $"/proc/{pid}/root{FileSystem}";
        if (File.Exists(inside + "/cpu.max"))
        {
            return OfVersion2(inside);
        }

        if (Directory.Exists(inside + "/memory"))
        {
            return new StackCgroup(Version1, inside + "/cpu", inside + "/cpuacct", inside + "/memory");
        }

        string HostPath(string controller) => $"{FileSystem}/{controller}{PathOf($"{pid}", controller)}";
        return PathOf($"{pid}", "memory") is null
            ? OfVersion2(HostPath(""))
            : new StackCgroup(Version1, HostPath("cpu"), HostPath("cpuacct"), HostPath("memory"));
    }

    /// <summary>Creates a process's cgroup with its limits and no swap; false when the kernel refuses.</summary>
    public bool TryCreate(string process, ProcessLimits limits)
    {
        if (!Directories.All(directory => Files.Try(() => Directory.CreateDirectory($"{directory}/{process}"))))
        {
            return false;
        }

        var isVersion1 = Version == Version1;
        var (quota, memory, swap, _) = s_files[Version];
        var isLimited = (isVersion1
                ? Write($"{Cpu}/{process}/cpu.cfs_period_us", $"{PeriodMicroseconds}")
                : Write(Cpu + "/cgroup.subtree_control", Controllers))
            && Write($"{Cpu}/{process}/{quota}", $"{limits.CpuQuota}{(isVersion1 ? "" : $" {PeriodMicroseconds}")}")
            && Write($"{Memory}/{process}/{memory}", $"{limits.MemoryBytes}");
        // The kernel may lack swap support. Version 1 counts memory and swap together.
        _ = Write($"{Memory}/{process}/{swap}", isVersion1 ? $"{limits.MemoryBytes}" : "0");
        return isLimited;
    }

    /// <summary>The cgroup.procs files that a process writes its pid into to join.</summary>
    public IReadOnlyList<string> ProcsFilesOf(string process) =>
        [.. Directories.Select(directory => Path.Combine(directory, process, "cgroup.procs"))];

    /// <summary>
    /// Whether a process may join: creating a cgroup and joining it are separate permissions. Tried with a throw-away
    /// process.
    /// </summary>
    public bool CanJoin(string process) => Tool.Run(
        ["/bin/sh", "-c", "for file; do echo $$ >\"$file\" || exit 1; done", "sh", .. ProcsFilesOf(process)]).Succeeded;

    /// <summary>Removes the cgroup, waiting for the kernel to release its last process.</summary>
    public bool TryRemove() => Poll.Until(s_removeTimeout, () => Directories.All(RemoveTree));

    /// <summary>The CPU limit in force, in microseconds per period; <see langword="null"/> for none.</summary>
    public long? CpuQuotaOf(string process) => Read(Cpu, process, s_files[Version].Quota);

    /// <summary>The memory limit in force in bytes; <see langword="null"/> for none.</summary>
    public long? MemoryLimitOf(string process) =>
        Read(Memory, process, s_files[Version].Memory) is { } bytes and < UnlimitedBytes ? bytes : null;

    /// <summary>Periods in which the process exhausted its quota.</summary>
    public long? ThrottledPeriodsOf(string process) => Read(Cpu, process, "cpu.stat", "nr_throttled");

    public long? CpuMicrosecondsOf(string process) => Version == Version2
        ? Read(Cpu, process, "cpu.stat", "usage_usec")
        : Read(Accounting, process, "cpuacct.usage") / 1000;

    /// <summary>Peak memory in bytes, including page cache; version 2 needs kernel 5.19.</summary>
    public long? MemoryPeakOf(string process) => Read(Memory, process, s_files[Version].Peak);

    // Below our own cgroup, so that its limits stay in force. In a container without a cgroup namespace that path is
    // not visible, and the visible root is the container's own cgroup.
    private static string BaseOfVersion1(string fileSystem, string controller)
    {
        var path = $"{fileSystem}/{controller}{PathOf("self", controller)}";
        return (Directory.Exists(path) ? path : $"{fileSystem}/{controller}").TrimEnd('/');
    }

    // Version 2 allows children with controllers only in a cgroup without processes: the root cgroup for root,
    // otherwise the nearest ancestor that systemd delegated to this user.
    private static string? BaseOfVersion2(string fileSystem)
    {
        var path = (Environment.IsPrivilegedProcess ? null : PathOf("self", "")) ?? "";
        while (true)
        {
            path = path.TrimEnd('/');
            if (Write($"{fileSystem}{path}/cgroup.subtree_control", Controllers))
            {
                return fileSystem + path;
            }

            if (path.Length == 0)
            {
                return null;
            }

            path = path[..path.LastIndexOf('/')];
        }
    }

    private static StackCgroup OfVersion2(string directory) => new(Version2, directory, directory, directory);

    // A process's path in a controller's hierarchy; version 2 has one unnamed hierarchy.
    private static string? PathOf(string pid, string controller) => ProcessTable.Lines($"/proc/{pid}/cgroup")
        .Select(line => line.Split(':', 3))
        .FirstOrDefault(parts => parts[1].Split(',').Contains(controller))?[2];

    // The kernel deletes the files with their directory.
    private static bool RemoveTree(string directory) => !Directory.Exists(directory) || Files.Try(() =>
    {
        foreach (var child in Directory.GetDirectories(directory))
        {
            RemoveTree(child);
        }

        Directory.Delete(directory);
    });

    // A file's first number, or the number on the line that starts with member.
    private static long? Read(string directory, string process, string file, string? member = null)
    {
        var words = ProcessTable.Lines(Path.Combine(directory, process, file)).Select(line => line.Split(' '))
            .FirstOrDefault(words => member is null || words[0] == member);
        return long.TryParse(words?[member is null ? 0 : 1], NumberStyles.None, null, out var number) ? number : null;
    }

    private static bool Write(string path, string text) => Files.Try(() => File.WriteAllText(path, text + "\n"));
}
