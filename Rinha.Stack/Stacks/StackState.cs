using Rinha.Stack.Cgroups;
using Rinha.Stack.Processes;

namespace Rinha.Stack.Stacks;

/// <summary>One process of a stack.</summary>
/// <param name="Name">Its name in the stack.</param>
/// <param name="Identity">Which process it is, or was.</param>
/// <param name="IsRestarting">Whether it has died and waits to be started again.</param>
/// <param name="Restarts">How often it was started again.</param>
/// <param name="Since">When it was started.</param>
public sealed record ProcessState(
    string Name, ProcessIdentity Identity, bool IsRestarting, int Restarts, DateTimeOffset Since);

/// <summary>
/// What is known of a stack on disk, in DIR/run/state: what <c>stop</c>, <c>status</c> and the next <c>run</c> need to
/// find all that belongs to it, even after its supervisor was killed.
/// </summary>
public sealed record StackState
{
    private const string FileName = "state";

    /// <summary>Who looks after it.</summary>
    public required ProcessIdentity Supervisor { get; init; }

    /// <summary>Where its proxy listens.</summary>
    public required int Port { get; init; }

    /// <summary>The directory of its sockets.</summary>
    public required string Sockets { get; init; }

    /// <summary>What it is made of; without the ledger when it is a floor.</summary>
    public required StackLayout Layout { get; init; }

    /// <summary>Whether constant answers stand in for the servers.</summary>
    public bool IsFloor { get; init; }

    /// <summary>The binary of its servers.</summary>
    public string Server { get; init; } = Repository.Server;

    /// <summary>Its cgroup; <see langword="null"/> without limits.</summary>
    public StackCgroup? Cgroup { get; init; }

    /// <summary>Those of its processes that were started.</summary>
    public IReadOnlyList<ProcessState> Processes { get; init; } = [];

    /// <summary>Whether it has answered.</summary>
    public bool IsReady { get; init; }

    /// <summary>
    /// The directory of PostgreSQL's socket, which belongs to another user than the servers' sockets.
    /// </summary>
    public string DatabaseSockets => Sockets + "-db";

    /// <summary>Its address on this machine.</summary>
    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}");

    private static string BootId => File.ReadAllText("/proc/sys/kernel/random/boot_id").TrimEnd();

    /// <summary>A process by its name, if it was started.</summary>
    public ProcessState? Find(string process) => Processes.FirstOrDefault(one => one.Name == process);

    /// <summary>
    /// Reads the state; <see langword="null"/> when there is none, or one from before the last boot, of which nothing
    /// can be alive.
    /// </summary>
    public static StackState? Read(DataDirectory data)
    {
        var lines = ProcessTable.Lines(data.RunFile(FileName));
        if (!lines.Contains("boot " + BootId))
        {
            return null;
        }

        var words = lines.Select(line => line.Split(' ')).ToList();
        string Value(string key, int index = 1) => words.First(line => line[0] == key)[index];
        string? Rest(string key) =>
            lines.FirstOrDefault(line => line.StartsWith(key + " ", StringComparison.Ordinal))?[(key.Length + 1)..];

        var layout = StackLayout.Choose(Value("stack"), Value("stack", 2));
        var isFloor = Value("backend") == "floor";
        return new StackState
        {
            Supervisor = new ProcessIdentity(Number(Value("supervisor")), Long(Value("supervisor", 2))),
            Port = Number(Value("port")),
            Sockets = Rest("sockets")!,
            Layout = isFloor ? layout.WithoutLedger() : layout,
            IsFloor = isFloor,
            Server = Rest("server") ?? Repository.Server,
            Cgroup = Value("cgroup") == "none"
                ? null
                : new StackCgroup(Value("cgroup"), Value("cgroup", 2), Value("cgroup", 3), Value("cgroup", 4)),
            Processes = [.. words.Where(line => line[0] == "process").Select(ReadProcess)],
            IsReady = Rest("ready") is not null,
        };
    }

    /// <summary>Writes the state, whole or not at all.</summary>
    public void Write(DataDirectory data)
    {
        string[] lines =
        [
            $"boot {BootId}",
            $"supervisor {Supervisor.Pid} {Supervisor.StartTicks}",
            $"port {Port}",
            $"sockets {Sockets}",
            $"stack {Layout.Name} {Layout.Split}",
            $"backend {(IsFloor ? "floor" : "server")}",
            $"server {Server}",
            Cgroup is null
                ? "cgroup none"
                : $"cgroup {Cgroup.Version} {Cgroup.Cpu} {Cgroup.Accounting} {Cgroup.Memory}",
            .. Processes.Select(process => string.Create(
                CultureInfo.InvariantCulture,
                $"process {process.Name} {process.Identity.Pid} {process.Identity.StartTicks} " +
                $"{(process.IsRestarting ? "restarting" : "running")} {process.Restarts} " +
                $"{process.Since.ToUnixTimeSeconds()}")),
        ];
        var file = data.RunFile(FileName);
        File.WriteAllLines(file + ".new", IsReady ? [.. lines, "ready yes"] : lines);
        File.Move(file + ".new", file, overwrite: true);
    }

    /// <summary>Forgets the state: nothing of the stack is left.</summary>
    public static void Delete(DataDirectory data) => File.Delete(data.RunFile(FileName));

    private static ProcessState ReadProcess(string[] line) => new(
        line[1],
        new ProcessIdentity(Number(line[2]), Long(line[3])),
        line[4] == "restarting",
        Number(line[5]),
        DateTimeOffset.FromUnixTimeSeconds(Long(line[6])));

    private static int Number(string text) => (int)Long(text);

    private static long Long(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
