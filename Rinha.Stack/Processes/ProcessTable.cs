namespace Rinha.Stack.Processes;

/// <summary>Reads processes and ports from /proc. A process may exit while it is read.</summary>
public static class ProcessTable
{
    private const int TicksPerSecond = 100;

    private static readonly TimeSpan s_killTimeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The processes of the session that a process leads or led: nginx's workers outlive a killed master. Empty when
    /// the pid has been reused.
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

    public static IReadOnlyList<int> WorkingIn(string directory) =>
        [.. All().Where(pid => LinkTarget($"/proc/{pid}/cwd") == directory)];

    /// <summary>The processes whose working directory is below this one.</summary>
    public static IReadOnlyList<int> WorkingBelow(string directory) => [.. All().Where(pid =>
        LinkTarget($"/proc/{pid}/cwd")?.StartsWith(directory + "/", StringComparison.Ordinal) == true)];

    /// <summary>The processes with this text in their command line or environment.</summary>
    public static IReadOnlyList<int> Mentioning(string text) => [.. All().Where(pid =>
        Lines($"/proc/{pid}/cmdline").Concat(Lines($"/proc/{pid}/environ")).Any(line => line.Contains(text)))];

    /// <summary>The processes that have a file open, as far as this user may see.</summary>
    public static IReadOnlyList<int> Using(string path) => [.. All().Where(pid =>
        Files.Try(() => Directory.GetFileSystemEntries($"/proc/{pid}/fd"), []).Any(link => LinkTarget(link) == path))];

    public static void Kill(IEnumerable<int> processes)
    {
        foreach (var pid in processes)
        {
            _ = LibC.Kill(pid, (int)Signal.Kill);
        }
    }

    /// <summary>Kills processes until none are left, for at most 5 s.</summary>
    public static void KillAll(Func<IReadOnlyList<int>> processes) => Poll.Until(s_killTimeout, () =>
    {
        var left = processes();
        Kill(left);
        return left.Count == 0;
    });

    public static long ResidentBytes(IEnumerable<int> processes) =>
        processes.Sum(pid => Kibibytes($"/proc/{pid}/status", "VmRSS:")) * 1024;

    // Proportional set size in bytes: a shared page counts as its share.
    public static long ProportionalBytes(IEnumerable<int> processes) =>
        processes.Sum(pid => Kibibytes($"/proc/{pid}/smaps_rollup", "Pss:")) * 1024;

    public static long CpuMicroseconds(IEnumerable<int> processes) =>
        processes.Sum(pid => ProcessStat.Read(pid)?.CpuTicks ?? 0) * (1_000_000 / TicksPerSecond);

    public static bool IsListening(int port) => Listeners().Any(entry => entry.Port == port);

    public static IReadOnlyList<int> PortsOf(int pid)
    {
        var inodes = SocketsOf(pid).ToHashSet();
        return [.. Listeners().Where(entry => inodes.Contains(entry.Inode)).Select(entry => entry.Port).Distinct()];
    }

    // The name and pid of a process that listens on a TCP port.
    public static string OwnerOf(int port)
    {
        var inodes = Listeners().Where(entry => entry.Port == port).Select(entry => entry.Inode).ToHashSet();
        var owner = All().FirstOrDefault(pid => SocketsOf(pid).Any(inodes.Contains));
        return owner == 0
            ? "another process"
            : $"{Lines($"/proc/{owner}/comm").FirstOrDefault("?")}, pid {owner}";
    }

    internal static string? LinkTarget(string path) => Files.Try(() => new FileInfo(path).LinkTarget, null);

    // The lines of a file; none when it is missing or unreadable.
    internal static string[] Lines(string path) => Files.Try(() => File.ReadAllLines(path), []);

    private static IEnumerable<int> All() => Directory.EnumerateDirectories("/proc")
        .Select(directory => int.TryParse(Path.GetFileName(directory), out var pid) ? pid : 0)
        .Where(pid => pid > 0);

    private static long Kibibytes(string file, string name) => Lines(file)
        .Where(line => line.StartsWith(name, StringComparison.Ordinal))
        .Select(line => long.Parse(line.AsSpan(name.Length).TrimEnd("kB")))
        .FirstOrDefault();

    private static IEnumerable<(int Port, string Inode)> Listeners()
    {
        const string listening = "0A";
        return from table in (string[])["/proc/net/tcp", "/proc/net/tcp6"]
               from line in Lines(table).Skip(1)
               let fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
               where fields[3] == listening
               select (int.Parse(fields[1].Split(':')[1], NumberStyles.HexNumber), fields[9]);
    }

    // The inodes of the sockets that a process has open.
    private static IEnumerable<string> SocketsOf(int pid)
    {
        const string prefix = "socket:[";
        return from descriptor in Files.Try(() => Directory.GetFiles($"/proc/{pid}/fd"), [])
               let target = LinkTarget(descriptor)
               where target is not null && target.StartsWith(prefix, StringComparison.Ordinal)
               select target[prefix.Length..^1];
    }
}

/// <summary>
/// A process's identity: a pid can be reused, a pid with its start time cannot.
/// </summary>
/// <param name="StartTicks">Start time in ticks since boot; 0 when it exited before that was read.</param>
public readonly record struct ProcessIdentity(int Pid, long StartTicks)
{
    /// <summary>Whether it is running; a zombie is not.</summary>
    public bool IsAlive => ProcessStat.Read(Pid) is { IsDead: false } stat && stat.StartTicks == StartTicks;

    public static ProcessIdentity Of(int pid) => new(pid, ProcessStat.Read(pid)?.StartTicks ?? 0);

    /// <summary>Sends a signal if the process is alive.</summary>
    public void Send(Signal signal)
    {
        if (IsAlive)
        {
            _ = LibC.Kill(Pid, (int)signal);
        }
    }
}

// /proc/PID/stat: CPU time (user and kernel) and start since boot, in ticks.
internal readonly record struct ProcessStat(char State, int Session, long CpuTicks, long StartTicks)
{
    public bool IsDead => State is 'Z' or 'X';

    public static ProcessStat? Read(int pid)
    {
        if (ProcessTable.Lines($"/proc/{pid}/stat") is not [.., var text])
        {
            return null;
        }

        // The name (field 2) may contain blanks, parentheses and line feeds. Field 3 of proc_pid_stat(5) is fields[0].
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return new ProcessStat(fields[0][0], (int)Number(3), Number(11) + Number(12), Number(19));

        long Number(int index) => long.Parse(fields[index]);
    }
}
