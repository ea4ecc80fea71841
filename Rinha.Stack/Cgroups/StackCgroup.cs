using Rinha.Stack.Processes;

namespace Rinha.Stack.Cgroups;

/// <summary>
/// The cgroup of a stack, with a child for each process: limits of CPU and memory, and what the kernel has counted. It
/// is three directories on version 1, three times the same one on version 2.
/// </summary>
/// <param name="Version">v1 or v2.</param>
/// <param name="Cpu">The directory with the CPU's quota.</param>
/// <param name="Accounting">The directory with the CPU's usage.</param>
/// <param name="Memory">The directory with the memory's limit.</param>
public sealed record StackCgroup(string Version, string Cpu, string Accounting, string Memory)
{
    /// <summary>The kernel's place for them.</summary>
    public const string FileSystem = "/sys/fs/cgroup";

    /// <summary>The period docker uses; a quota is the microseconds a process may run in each of them.</summary>
    public const int PeriodMicroseconds = 100_000;

    private const string Version1 = "v1";
    private const string Version2 = "v2";
    private const string Controllers = "+cpu +memory";

    // Version 1 writes "no limit" as the largest number of pages there is.
    private const long UnlimitedBytes = long.MaxValue / 2;

    private static readonly TimeSpan s_removeFor = TimeSpan.FromSeconds(3);

    /// <summary>Its directories, each once.</summary>
    public IEnumerable<string> Directories => new[] { Cpu, Accounting, Memory }.Distinct();

    /// <summary>Its name.</summary>
    public string Name => Path.GetFileName(Cpu);

    private bool IsVersion2 => Version == Version2;

    /// <summary>Where a stack's cgroup goes; makes nothing. <see langword="null"/> when none can be made.</summary>
    public static StackCgroup? Locate(string stack, string fileSystem = FileSystem)
    {
        if (File.Exists(Path.Combine(fileSystem, "cgroup.controllers")))
        {
            return BaseOfVersion2(fileSystem) is { } root
                ? new StackCgroup(Version2, $"{root}/{stack}", $"{root}/{stack}", $"{root}/{stack}")
                : null;
        }

        string[] controllers = ["cpu", "cpuacct", "memory"];
        if (!controllers.All(controller => Directory.Exists(Path.Combine(fileSystem, controller))))
        {
            return null;
        }

        var places = controllers.Select(controller => $"{BaseOfVersion1(fileSystem, controller)}/{stack}").ToArray();
        return new StackCgroup(Version1, places[0], places[1], places[2]);
    }

    /// <summary>Makes the cgroup of one process with its limits, without swap as a way around them.</summary>
    /// <returns>Whether the kernel took all of it.</returns>
    public bool TryCreate(string process, ProcessLimits limits)
    {
        try
        {
            foreach (var directory in Directories)
            {
                Directory.CreateDirectory(Path.Combine(directory, process));
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }

        var bytes = Text(limits.MemoryBytes);
        if (IsVersion2)
        {
            var isLimited = Write(Path.Combine(Cpu, "cgroup.subtree_control"), Controllers)
                && Write(In(Cpu, process, "cpu.max"), $"{Text(limits.CpuQuota)} {Text(PeriodMicroseconds)}")
                && Write(In(Memory, process, "memory.max"), bytes);
            _ = Write(In(Memory, process, "memory.swap.max"), "0");
            return isLimited;
        }

        var isSet = Write(In(Cpu, process, "cpu.cfs_period_us"), Text(PeriodMicroseconds))
            && Write(In(Cpu, process, "cpu.cfs_quota_us"), Text(limits.CpuQuota))
            && Write(In(Memory, process, "memory.limit_in_bytes"), bytes);
        _ = Write(In(Memory, process, "memory.memsw.limit_in_bytes"), bytes);
        return isSet;
    }

    /// <summary>The files that a process writes its pid into to be in its cgroup.</summary>
    public IReadOnlyList<string> EntrancesOf(string process) =>
        [.. Directories.Select(directory => In(directory, process, "cgroup.procs"))];

    /// <summary>
    /// Whether a process may enter: making a cgroup and moving into it are two permissions, and a throw-away process
    /// asks for the second.
    /// </summary>
    public bool CanEnter(string process) => Tool.Run(
        ["/bin/sh", "-c", "for file; do echo $$ >\"$file\" || exit 1; done", "sh", .. EntrancesOf(process)]).Succeeded;

    /// <summary>
    /// Removes it. That works once its last process is gone, which may take the kernel a moment.
    /// </summary>
    /// <returns>Whether it is gone.</returns>
    public bool TryRemove()
    {
        for (var deadline = DateTime.UtcNow + s_removeFor; DateTime.UtcNow < deadline; Thread.Sleep(20))
        {
            foreach (var directory in Directories.Where(Directory.Exists))
            {
                RemoveTree(directory);
            }

            if (!Directories.Any(Directory.Exists))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The CPU limit in force, in microseconds of each period; <see langword="null"/> for none.</summary>
    public long? CpuQuotaOf(string process) => IsVersion2
        ? Number(Read(In(Cpu, process, "cpu.max"))?.Split(' ')[0])
        : Number(Read(In(Cpu, process, "cpu.cfs_quota_us")));

    /// <summary>The memory limit in force in bytes; <see langword="null"/> for none.</summary>
    public long? MemoryLimitOf(string process) =>
        Number(Read(In(Memory, process, IsVersion2 ? "memory.max" : "memory.limit_in_bytes"))) is { } bytes
        && bytes < UnlimitedBytes
            ? bytes
            : null;

    /// <summary>In how many periods the process had used up its quota.</summary>
    public long? ThrottledPeriodsOf(string process) => Member(In(Cpu, process, "cpu.stat"), "nr_throttled");

    /// <summary>The CPU time used so far, in microseconds.</summary>
    public long? CpuMicrosecondsOf(string process) => IsVersion2
        ? Member(In(Cpu, process, "cpu.stat"), "usage_usec")
        : Number(Read(In(Accounting, process, "cpuacct.usage"))) / 1000;

    /// <summary>
    /// The most memory there ever was in bytes, page cache included; a kernel before 5.19 cannot say.
    /// </summary>
    public long? MemoryPeakOf(string process) =>
        Number(Read(In(Memory, process, IsVersion2 ? "memory.peak" : "memory.max_usage_in_bytes")));

    /// <summary>How often there was no room for what was wanted, until something was given back.</summary>
    public long? MemoryFullOf(string process) => IsVersion2
        ? Member(In(Memory, process, "memory.events"), "max")
        : Number(Read(In(Memory, process, "memory.failcnt")));

    /// <summary>How many of its processes the kernel has killed for want of memory.</summary>
    public long? KilledOf(string process) =>
        Member(In(Memory, process, IsVersion2 ? "memory.events" : "memory.oom_control"), "oom_kill");

    // Below our own cgroup, so that limits already on this process stay in force; in a container without a cgroup
    // namespace that path is not visible, and the root of what is visible is the container's own cgroup.
    private static string BaseOfVersion1(string fileSystem, string controller)
    {
        var own = ProcessTable.Lines("/proc/self/cgroup")
            .Select(line => line.Split(':', 3))
            .FirstOrDefault(parts => parts[1].Split(',').Contains(controller))?[2] ?? "";
        var path = $"{fileSystem}/{controller}{own}";
        return (Directory.Exists(path) ? path : $"{fileSystem}/{controller}").TrimEnd('/');
    }

    // Version 2 allows children with controllers only where no process lives: the root for root, otherwise the nearest
    // ancestor that systemd has delegated to this user.
    private static string? BaseOfVersion2(string fileSystem)
    {
        var path = Environment.IsPrivilegedProcess
            ? ""
            : ProcessTable.Lines("/proc/self/cgroup")
                .FirstOrDefault(line => line.StartsWith("0::", StringComparison.Ordinal))?[3..] ?? "";
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

    // The kernel's files go with their directory.
    private static void RemoveTree(string directory)
    {
        try
        {
            foreach (var child in Directory.GetDirectories(directory))
            {
                RemoveTree(child);
            }

            Directory.Delete(directory);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Tried again by the caller.
        }
    }

    private static string In(string directory, string process, string file) => Path.Combine(directory, process, file);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static long? Member(string file, string name)
    {
        var line = ProcessTable.Lines(file)
            .FirstOrDefault(line => line.StartsWith(name + " ", StringComparison.Ordinal));
        return Number(line?[(name.Length + 1)..]);
    }

    private static long? Number(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string? Read(string path) => ProcessTable.Lines(path).FirstOrDefault();

    private static bool Write(string path, string text)
    {
        try
        {
            File.WriteAllText(path, text + "\n");
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
