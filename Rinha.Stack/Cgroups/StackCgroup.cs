namespace Rinha.Stack.Cgroups;

/// <summary>
/// The cgroup of a stack, with a child for each process: limits of CPU and memory, and what the kernel has counted. It
/// is three directories on version 1, three times the same one on version 2. The name "" is the cgroup itself.
/// </summary>
/// <param name="Cpu">The directory with the CPU's quota.</param>
/// <param name="Accounting">The directory with the CPU's usage.</param>
/// <param name="Memory">The directory with the memory's limit.</param>
public sealed record StackCgroup(string Version, string Cpu, string Accounting, string Memory)
{
    private const string FileSystem = "/sys/fs/cgroup";
    private const string Version1 = "v1";
    private const string Version2 = "v2";
    private const string Controllers = "+cpu +memory";

    // The period docker uses; a quota is the microseconds a process may run in each of them.
    private const int PeriodMicroseconds = 100_000;

    // Version 1 writes "no limit" as the largest number of pages there is.
    private const long UnlimitedBytes = long.MaxValue / 2;

    private static readonly TimeSpan s_removeFor = TimeSpan.FromSeconds(3);

    // What the two versions call the same thing.
    private static readonly Dictionary<string, (string Quota, string Memory, string Swap, string Peak)> s_files = new()
    {
        [Version1] = (
            "cpu.cfs_quota_us", "memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "memory.max_usage_in_bytes"),
        [Version2] = ("cpu.max", "memory.max", "memory.swap.max", "memory.peak"),
    };

    public IEnumerable<string> Directories => new[] { Cpu, Accounting, Memory }.Distinct();

    public string Name => Path.GetFileName(Cpu);

    /// <summary>Where a stack's cgroup goes; makes nothing. <see langword="null"/> when none can be made.</summary>
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

    /// <summary>A container's: through its own mounts (root only), otherwise as the host sees it.</summary>
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

        string Outside(string controller) => $"{FileSystem}/{controller}{PathOf($"{pid}", controller)}";
        return PathOf($"{pid}", "memory") is null
            ? OfVersion2(Outside(""))
            : new StackCgroup(Version1, Outside("cpu"), Outside("cpuacct"), Outside("memory"));
    }

    /// <summary>Makes the cgroup of one process with its limits, without swap as a way around them.</summary>
    /// <returns>Whether the kernel took all of it.</returns>
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
        // A kernel may have been built without swap. Version 1 counts memory and swap together.
        _ = Write($"{Memory}/{process}/{swap}", isVersion1 ? $"{limits.MemoryBytes}" : "0");
        return isLimited;
    }

    /// <summary>The files that a process writes its pid into to be in its cgroup.</summary>
    public IReadOnlyList<string> EntrancesOf(string process) =>
        [.. Directories.Select(directory => Path.Combine(directory, process, "cgroup.procs"))];

    /// <summary>
    /// Whether a process may enter: making a cgroup and moving into it are two permissions, and a throw-away process
    /// asks for the second.
    /// </summary>
    public bool CanEnter(string process) => Tool.Run(
        ["/bin/sh", "-c", "for file; do echo $$ >\"$file\" || exit 1; done", "sh", .. EntrancesOf(process)]).Succeeded;

    /// <summary>Removes it, once the kernel has let go of its last process; whether it is gone.</summary>
    public bool TryRemove() => Poll.Until(s_removeFor, () => Directories.All(RemoveTree));

    /// <summary>The CPU limit in force, in microseconds of each period; <see langword="null"/> for none.</summary>
    public long? CpuQuotaOf(string process) => Read(Cpu, process, s_files[Version].Quota);

    /// <summary>The memory limit in force in bytes; <see langword="null"/> for none.</summary>
    public long? MemoryLimitOf(string process) =>
        Read(Memory, process, s_files[Version].Memory) is { } bytes and < UnlimitedBytes ? bytes : null;

    /// <summary>In how many periods the process had used up its quota.</summary>
    public long? ThrottledPeriodsOf(string process) => Read(Cpu, process, "cpu.stat", "nr_throttled");

    public long? CpuMicrosecondsOf(string process) => Version == Version2
        ? Read(Cpu, process, "cpu.stat", "usage_usec")
        : Read(Accounting, process, "cpuacct.usage") / 1000;

    /// <summary>
    /// The most memory there ever was in bytes, page cache included; a kernel before 5.19 cannot say.
    /// </summary>
    public long? MemoryPeakOf(string process) => Read(Memory, process, s_files[Version].Peak);

    // Below our own cgroup, so that limits already on this process stay in force; in a container without a cgroup
    // namespace that path is not visible, and the root of what is visible is the container's own cgroup.
    private static string BaseOfVersion1(string fileSystem, string controller)
    {
        var path = $"{fileSystem}/{controller}{PathOf("self", controller)}";
        return (Directory.Exists(path) ? path : $"{fileSystem}/{controller}").TrimEnd('/');
    }

    // Version 2 allows children with controllers only where no process lives: the root for root, otherwise the nearest
    // ancestor that systemd has delegated to this user.
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

    // Where a process is in the hierarchy of a controller; version 2 has one hierarchy, without a name.
    private static string? PathOf(string pid, string controller) => ProcessTable.Lines($"/proc/{pid}/cgroup")
        .Select(line => line.Split(':', 3))
        .FirstOrDefault(parts => parts[1].Split(',').Contains(controller))?[2];

    // The kernel's files go with their directory.
    private static bool RemoveTree(string directory) => !Directory.Exists(directory) || Files.Try(() =>
    {
        foreach (var child in Directory.GetDirectories(directory))
        {
            RemoveTree(child);
        }

        Directory.Delete(directory);
    });

    // The first number of a file, or that of the line that begins with a word.
    private static long? Read(string directory, string process, string file, string? member = null)
    {
        var words = ProcessTable.Lines(Path.Combine(directory, process, file)).Select(line => line.Split(' '))
            .FirstOrDefault(words => member is null || words[0] == member);
        return long.TryParse(words?[member is null ? 0 : 1], NumberStyles.None, null, out var number) ? number : null;
    }

    private static bool Write(string path, string text) => Files.Try(() => File.WriteAllText(path, text + "\n"));
}
