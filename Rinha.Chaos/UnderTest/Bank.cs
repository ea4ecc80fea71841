using Rinha.Stack;
using Rinha.Stack.Supervision;

namespace Rinha.Chaos.UnderTest;

internal sealed record BankOptions
{
    public string Synchronous { get; init; } = "NORMAL";

    public string? DataDirectory { get; init; } // Where the database is; null for a directory of the campaign's own.
    public PostgresServer? Postgres { get; init; } // It runs, and has the ledger; null for a ledger in a file.
    public string? PostgresUrl { get; init; } // How the APIs get to it; null for its own socket.
    public bool Faults { get; init; } // Whether the fault library is loaded into both APIs.
    public string? WriteLog { get; init; } // Where it notes what is written; null when it does not.
}

// The whole bank: two published servers on one fresh ledger behind nginx, as ./rinha run has it but without its
// supervisor: the campaign starts again what has died.
internal sealed class Bank : IDisposable
{
    // The time-out of what should happen at once, on a machine that is busy with something else.
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly string[] s_none = [];

    private readonly ChaosSetting _setting;

    public Bank(CampaignRun run, BankOptions? options = null)
    {
        options ??= new BankOptions();
        _setting = run.Setting;
        var data = Directory.CreateDirectory(options.DataDirectory ?? Path.Combine(run.Directory, "data")).FullName;
        DatabasePath = Path.Combine(data, "rinha.db");
        Ledger = options.Postgres?.Ledger ?? new SqliteLedgerSource(DatabasePath);
        Faults = options.Faults
            ? [.. Names.Select(name => new FaultControl(Path.Combine(run.Directory, name + ".control")))]
            : [];
        Front = TargetOf($"http://127.0.0.1:{_setting.Port}");
        Apis = [.. Names.Select((name, index) => Make(run, options, name, ServerCommand(options, name, index)))];
        Nginx = Make(run, options, "nginx", _setting.NginxCommand);
    }

    public string DatabasePath { get; }
    public ILedgerSource Ledger { get; }
    public Target Front { get; }
    public IReadOnlyList<BankProcess> Apis { get; }

    public IReadOnlyList<FaultControl> Faults { get; }
    public BankProcess Nginx { get; } // The load balancer: a master and its worker.

    public IEnumerable<BankProcess> Processes => Apis.Append(Nginx);

    private static string[] Names => ["api01", "api02"];

    public Target Past(BankProcess api) => TargetOf("unix:" + SocketOf(api.Name));

    public void Start()
    {
        foreach (var api in Apis.Where(api => !api.IsAlive))
        {
            api.Start();
        }

        foreach (var api in Apis)
        {
            AwaitAnswer(api);
        }

        if (!Nginx.IsAlive)
        {
            // A killed worker may keep the port for a moment; another program's bank must not be taken for this one.
            Wait.Until(() => !Front.Answers(), () => $"another program listens on {Front}");
            Nginx.Start();
        }

        Wait.Until(Front.Answers, () => $"nginx does not listen: {Nginx.Log}");
    }

    public void AwaitAnswer(BankProcess api)
    {
        if (!TryAwaitAnswer(api))
        {
            throw new ChaosException($"{api.Name} does not listen: {api.Log}");
        }
    }

    // Waits until a server takes connections, or ends because it will not.
    public bool TryAwaitAnswer(BankProcess api)
    {
        _ = Wait.For(() => Past(api).Answers() || !api.IsAlive);
        return api.IsAlive && Past(api).Answers();
    }

    // How many connections a server has accepted and not closed, by the kernel's list: to ask is to connect, and
    // nginx's own are what is looked for.
    public int ConnectionsOf(BankProcess api) => File.ReadLines("/proc/net/unix")
        .Count(line => line.EndsWith(" " + SocketOf(api.Name), StringComparison.Ordinal) && line.Contains(" 0001 03 "));

    // Lets one of so many writes and syncs fail in the first of the APIs; without arguments none.
    public void Fail(int writeErrno = 0, int syncErrno = 0, int every = 1, int apis = int.MaxValue)
    {
        foreach (var control in Faults.Take(apis))
        {
            (control.FailsEvery, control.WriteErrno, control.SyncErrno) = (every, writeErrno, syncErrno);
        }
    }

    public void Kill()
    {
        BankProcess.Kill(Processes);
    }

    public void Dispose()
    {
        Kill();
        foreach (var one in Processes.Concat<IDisposable>(Faults))
        {
            one.Dispose();
        }
    }

    private static Target TargetOf(string url) =>
        Target.TryParse(url, out var target, out var error) ? target : throw new ChaosException(error);

    private static BankProcess Make(
        CampaignRun run, BankOptions options, string name, IReadOnlyList<string> command) => new(
            name,
            Path.Combine(run.Directory, name + ".log"),
            command,
            run.Setting.EntrancesOf(name, options.Postgres is not null));

    private string SocketOf(string name) => Path.Combine(_setting.Sockets, name + ".sock");

    // As the supervisor would start it, but with faults. The library is for the server alone, not for what starts it.
    private IReadOnlyList<string> ServerCommand(BankOptions options, string name, int index) =>
    [
        .. UserAccount.Proxy.AsGroup,
        "env",
        $"DATABASE_URL={options.PostgresUrl ?? options.Postgres?.Url ?? DatabasePath}",
        $"API_SOCKET={SocketOf(name)}",
        $"API_SOCKET_MODE={StackLaunches.SocketMode}",
        $"RINHA_SYNCHRONOUS={options.Synchronous}",
        "RINHA_ENABLE_RESET=true",
        .. options.Faults ? [$"LD_PRELOAD={_setting.FaultLibrary}", $"FAULT_CONTROL={Faults[index].Path}"] : s_none,
        .. options.WriteLog is { } path ? [$"FAULT_LOG={path}"] : s_none,
        Repository.Server,
    ];
}

// One of the bank's processes, which the campaign may start, kill and start again.
internal sealed class BankProcess(
    string name, string logPath, IReadOnlyList<string> command, IReadOnlyList<string> cgroups) : IDisposable
{
    private ChildProcess? _child;

    public string Name => name;
    public ProcessIdentity Identity => _child!.Identity;
    public int ProcessId => Identity.Pid; // It leads a session and a process group of the same number.
    public bool IsAlive => _child is { HasExited: false };
    public string Log => File.Exists(logPath) ? File.ReadAllText(logPath) : ""; // All it said, over all its lives.

    // The processes that it has started: nginx's workers.
    public string[] Children => File.ReadAllText($"/proc/{ProcessId}/task/{ProcessId}/children")
        .Split(' ', StringSplitOptions.RemoveEmptyEntries);

    public int Descriptors => Directory.GetFileSystemEntries($"/proc/{ProcessId}/fd").Length;

    // Its resident bytes (proc_pid_statm(5)), with or without those of files: a mapped ledger that grows is no memory
    // lost.
    public (long All, long Own) ResidentBytes
    {
        get
        {
            var pages = File.ReadAllText($"/proc/{ProcessId}/statm").Split(' ')
                .Select(text => long.Parse(text, CultureInfo.InvariantCulture) * Environment.SystemPageSize).ToList();
            return (pages[1], pages[1] - pages[2]);
        }
    }

    // Kills them, with whatever they have started, at the same moment.
    public static void Kill(IEnumerable<BankProcess> processes)
    {
        ProcessTable.Kill(processes.Where(process => process.IsAlive).Select(process => -process.ProcessId));
        foreach (var process in processes)
        {
            _ = process.WaitForEnd(out _);
        }
    }

    public void Start() => _child = ChildProcess.Start(command, logPath, cgroups);

    public void Kill() => Kill([this]);

    // exitCode: 128 and the signal's number when it was killed.
    public bool WaitForEnd(out int exitCode)
    {
        var hasEnded = _child?.WaitForExit(Bank.Patience) ?? true;
        exitCode = hasEnded ? _child?.ExitCode ?? 0 : 0;
        return hasEnded;
    }

    public void Dispose() => Kill();
}
