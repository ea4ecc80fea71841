namespace Rinha.Stack.Stacks;

/// <summary>One process of a stack.</summary>
/// <param name="IsRestarting">Whether it has died and awaits its restart.</param>
public sealed record ProcessState(
    string Name, ProcessIdentity Identity, bool IsRestarting, int Restarts, DateTimeOffset Since);

/// <summary>
/// A stack's state on disk, DIR/run/state: what <c>stop</c>, <c>status</c> and the next <c>run</c> need to find its
/// processes, cgroup and sockets, even after its supervisor was killed. The supervisor alone writes it.
/// </summary>
/// <param name="Server">The servers' binary.</param>
/// <param name="Cgroup"><see langword="null"/> without limits.</param>
/// <param name="Processes">Those started so far.</param>
/// <param name="IsReady">Whether all parts have answered.</param>
public sealed record StackState(
    ProcessIdentity Supervisor,
    int Port,
    string Sockets,
    StackLayout Layout,
    string Server,
    StackCgroup? Cgroup,
    IReadOnlyList<ProcessState> Processes,
    bool IsReady)
{
    private const string FileName = "state";

    /// <summary>The directory of PostgreSQL's socket, which belongs to its own user.</summary>
    public string DatabaseSockets => Sockets + "-db";

    public string Url => $"http://127.0.0.1:{Port}";

    private static string BootId => File.ReadAllText("/proc/sys/kernel/random/boot_id").TrimEnd();

    public ProcessState? Find(string process) => Processes.FirstOrDefault(one => one.Name == process);

    /// <summary>Reads the state; <see langword="null"/> when there is none from this boot.</summary>
    public static StackState? Read(DataDirectory data)
    {
        var lines = ProcessTable.Lines(data.RunFile(FileName)).Select(line => line.Split(' ', 2)).ToLookup(
            line => line[0], line => line[1]);
        if (!lines["boot"].Contains(BootId))
        {
            return null;
        }

        string[] WordsOf(string key) => lines[key].Single().Split(' ');
        var (stack, supervisor, cgroup) = (WordsOf("stack"), WordsOf("supervisor"), WordsOf("cgroup"));
        return new StackState(
            IdentityOf(supervisor),
            int.Parse(lines["port"].Single()),
            lines["sockets"].Single(),
            StackLayout.Choose(stack[0], stack[1]) with { IsFloor = lines["backend"].Contains("floor") },
            lines["server"].Single(),
            cgroup[0] == "none" ? null : new StackCgroup(cgroup[0], cgroup[1], cgroup[2], cgroup[3]),
            [.. lines["process"].Select(line => ReadProcess(line.Split(' ')))],
            lines["ready"].Any());
    }

    /// <summary>Writes the state atomically.</summary>
    public void Write(DataDirectory data)
    {
        string[] lines =
        [
            $"boot {BootId}",
            $"supervisor {Supervisor.Pid} {Supervisor.StartTicks}",
            $"port {Port}",
            $"sockets {Sockets}",
            $"stack {Layout.Name} {Layout.Split}",
            $"backend {(Layout.IsFloor ? "floor" : "server")}",
            $"server {Server}",
            $"cgroup {Cgroup?.Version ?? "none"} {Cgroup?.Cpu} {Cgroup?.Accounting} {Cgroup?.Memory}",
            .. Processes.Select(process =>
                $"process {process.Name} {process.Identity.Pid} {process.Identity.StartTicks} " +
                $"{(process.IsRestarting ? "restarting" : "running")} {process.Restarts} " +
                $"{process.Since.ToUnixTimeSeconds()}"),
        ];
        var file = data.RunFile(FileName);
        File.WriteAllLines(file + ".new", IsReady ? [.. lines, "ready yes"] : lines);
        File.Move(file + ".new", file, overwrite: true);
    }

    public static void Delete(DataDirectory data) => File.Delete(data.RunFile(FileName));

    private static ProcessState ReadProcess(string[] words) => new(
        words[0],
        IdentityOf(words[1..]),
        words[3] == "restarting",
        int.Parse(words[4]),
        DateTimeOffset.FromUnixTimeSeconds(long.Parse(words[5])));

    private static ProcessIdentity IdentityOf(string[] words) => new(int.Parse(words[0]), long.Parse(words[1]));
}
