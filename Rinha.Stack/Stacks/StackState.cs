namespace Rinha.Stack.Stacks;

// One process of a stack. IsRestarting: it has died and awaits its restart.
public sealed record ProcessState(
    string Name, ProcessIdentity Identity, bool IsRestarting, int Restarts, DateTimeOffset Since);

// A stack's state on disk, DIR/run/state: what stop, status and the next run need to find its processes, cgroup and
// sockets, even after its supervisor was killed. The supervisor alone writes it. Ledger: where it is, without its
// password. Server: the servers' binary. Cgroup: null without limits. Processes: those started so far. IsReady: all
// parts have answered.
public sealed record StackState(
    ProcessIdentity Supervisor,
    StackAccess Access,
    string Sockets,
    StackLayout Layout,
    string Ledger,
    string Server,
    StackCgroup? Cgroup,
    IReadOnlyList<ProcessState> Processes,
    bool IsReady)
{
    private const string FileName = "state";
    private const int BlockBytes = 4096;

    /// <summary>The directory of PostgreSQL's socket, which belongs to its own user.</summary>
    public string DatabaseSockets => Sockets + "-db";

    public int Port => Access.Port;

    public string Url => Access.Url;

    /// <summary>False for a server built elsewhere too.</summary>
    public bool IsOfThisCheckout => Server.StartsWith(Repository.Root + "/", StringComparison.Ordinal);

    private static string BootId => File.ReadAllText("/proc/sys/kernel/random/boot_id").TrimEnd();

    public ProcessState? Find(string name) => Processes.FirstOrDefault(process => process.Name == name);

    /// <summary>Reads the state; <see langword="null"/> when there is none from this boot.</summary>
    public static StackState? Read(DataDirectory data)
    {
        try
        {
            _ = Directory.GetFiles(data.Run);
        }
        catch (DirectoryNotFoundException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            throw new StackException($"{data.Run} belongs to another user: use ./rinha as the one who runs the stack");
        }

        var lines = ProcessTable.Lines(data.RunFile(FileName)).Where(line => line.Length > 0)
            .Select(line => line.Split(' ', 2)).ToLookup(line => line[0], line => line[1]);
        if (!lines["boot"].Contains(BootId))
        {
            return null;
        }

        try
        {
            return Parse(lines);
        }
        catch (InvalidOperationException)
        {
            var pid = lines["supervisor"].First().Split(' ')[0];
            throw new StackException(
                $"{data.RunFile(FileName)} is another version's: stop the stack with it, or kill -TERM {pid}");
        }
    }

    private static StackState Parse(ILookup<string, string> lines)
    {
        string[] FieldsOf(string key) => lines[key].Single().Split(' ');
        var (stack, supervisor, cgroup) = (FieldsOf("stack"), FieldsOf("supervisor"), FieldsOf("cgroup"));
        return new StackState(
            IdentityOf(supervisor),
            JsonSerializer.Deserialize<StackAccess>(lines["access"].Single())!,
            lines["sockets"].Single(),
            StackLayout.Choose(stack[0], stack[1]) with
            {
                IsFloor = lines["backend"].Contains("floor"),
                IsDatabaseElsewhere = lines["backend"].Contains("elsewhere"),
            },
            lines["ledger"].Single(),
            lines["server"].Single(),
            cgroup[0] == "none" ? null : new StackCgroup(cgroup[0], cgroup[1], cgroup[2], cgroup[3]),
            [.. lines["process"].Select(line => ReadProcess(line.Split(' ')))],
            lines["ready"].Any());
    }

    /// <summary>
    /// Writes the state atomically, or in place when no file can be created. Whole blocks of blank lines follow it, so
    /// that even on a full disk it has room.
    /// </summary>
    public void Write(DataDirectory data)
    {
        string[] lines =
        [
            $"boot {BootId}",
            $"supervisor {Supervisor.Pid} {Supervisor.StartTicks}",
            $"access {JsonSerializer.Serialize(Access)}",
            $"sockets {Sockets}",
            $"stack {Layout.Name} {Layout.Split}",
            $"backend {(Layout.IsFloor ? "floor" : Layout.IsDatabaseElsewhere ? "elsewhere" : "server")}",
            $"ledger {Ledger}",
            $"server {Server}",
            $"cgroup {Cgroup?.Version ?? "none"} {Cgroup?.Cpu} {Cgroup?.Accounting} {Cgroup?.Memory}",
            .. Processes.Select(process =>
                $"process {process.Name} {process.Identity.Pid} {process.Identity.StartTicks} " +
                $"{(process.IsRestarting ? "restarting" : "running")} {process.Restarts} " +
                $"{process.Since.ToUnixTimeSeconds()}"),
        ];
        var file = data.RunFile(FileName);
        var text = Encoding.UTF8.GetBytes(string.Join('\n', IsReady ? [.. lines, "ready yes"] : lines));
        var blocks = new byte[((text.Length / BlockBytes) + 1) * BlockBytes];
        blocks.AsSpan().Fill((byte)'\n');
        text.CopyTo(blocks, 0);
        try
        {
            File.WriteAllBytes(file + ".new", blocks);
            File.Move(file + ".new", file, overwrite: true);
        }
        catch (Exception error) when (File.Exists(file) && error is IOException or UnauthorizedAccessException)
        {
            using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.Write);
            RandomAccess.Write(handle, blocks, 0);
            RandomAccess.SetLength(handle, blocks.Length);
        }
    }

    public static void Delete(DataDirectory data) => File.Delete(data.RunFile(FileName));

    private static ProcessState ReadProcess(string[] fields) => new(
        fields[0],
        IdentityOf(fields[1..]),
        fields[3] == "restarting",
        int.Parse(fields[4]),
        DateTimeOffset.FromUnixTimeSeconds(long.Parse(fields[5])));

    private static ProcessIdentity IdentityOf(string[] fields) => new(int.Parse(fields[0]), long.Parse(fields[1]));
}
