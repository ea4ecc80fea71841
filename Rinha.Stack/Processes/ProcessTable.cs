namespace Rinha.Stack.Processes;

/// <summary>Questions to /proc about several processes. Each may end while it is asked about.</summary>
public static class ProcessTable
{
    private const int TicksPerSecond = 100;

    /// <summary>Every process there is.</summary>
    public static IEnumerable<int> All() => Directory.EnumerateDirectories("/proc")
        .Select(directory => int.TryParse(
            Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0)
        .Where(pid => pid > 0);

    /// <summary>
    /// The session that a process leads, or led: nginx is a master and its worker, and the worker outlives a master
    /// that was killed. Empty when the pid belongs to another process by now.
    /// </summary>
    public static IReadOnlyList<int> SessionOf(ProcessIdentity leader)
    {
        if (leader.Pid <= 0 || (ProcessStat.Read(leader.Pid) is { IsDead: false } now
            && now.StartTicks != leader.StartTicks))
        {
            return [];
        }

        return
        [
            .. from pid in All()
               let stat = ProcessStat.Read(pid)
               where stat is { IsDead: false } && stat.Value.Session == leader.Pid
               where stat.Value.StartTicks >= leader.StartTicks
               select pid,
        ];
    }

    /// <summary>The processes that work in a directory.</summary>
    public static IReadOnlyList<int> WorkingIn(string directory) =>
        [.. All().Where(pid => LinkTarget($"/proc/{pid}/cwd") == directory)];

    /// <summary>The processes that work somewhere below a directory.</summary>
    public static IReadOnlyList<int> WorkingBelow(string directory) => [.. All().Where(pid =>
        LinkTarget($"/proc/{pid}/cwd")?.StartsWith(directory + "/", StringComparison.Ordinal) == true)];

    /// <summary>The processes with a text in their command line or their environment.</summary>
    public static IReadOnlyList<int> Mentioning(string text) => [.. All().Where(pid =>
        Lines($"/proc/{pid}/cmdline").Concat(Lines($"/proc/{pid}/environ"))
            .Any(line => line.Contains(text, StringComparison.Ordinal)))];

    /// <summary>Kills these processes.</summary>
    public static void Kill(IEnumerable<int> processes)
    {
        foreach (var pid in processes)
        {
            _ = LibC.Kill(pid, (int)Signal.Kill);
        }
    }

    /// <summary>Their resident memory in bytes.</summary>
    public static long ResidentBytes(IEnumerable<int> processes) => processes.Sum(pid =>
        Field(Lines($"/proc/{pid}/status"), "VmRSS:") * 1024);

    /// <summary>Their resident memory in bytes, each page divided by the number of processes that share it.</summary>
    public static long ProportionalBytes(IEnumerable<int> processes) => processes.Sum(pid =>
        Field(Lines($"/proc/{pid}/smaps_rollup"), "Pss:") * 1024);

    /// <summary>The CPU time they have used, in microseconds.</summary>
    public static long CpuMicroseconds(IEnumerable<int> processes) =>
        processes.Sum(pid => ProcessStat.Read(pid)?.CpuTicks ?? 0) * (1_000_000 / TicksPerSecond);

    /// <summary>The target of a symbolic link, or <see langword="null"/>.</summary>
    internal static string? LinkTarget(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The lines of a file of /proc; none when it is gone or closed to this user.</summary>
    internal static string[] Lines(string path)
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

    private static long Field(string[] lines, string name)
    {
        var line = lines.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(
            line.AsSpan(name.Length).TrimEnd("kB").Trim(), NumberStyles.None, CultureInfo.InvariantCulture);
    }
}
