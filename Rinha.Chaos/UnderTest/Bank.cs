using Rinha.Stack;
using Rinha.Stack.Supervision;

namespace Rinha.Chaos.UnderTest;

internal sealed record BankOptions
{
    public string Synchronous { get; init; } = "NORMAL";

    public string? DataDirectory { get; init; } // Null for the campaign's own data directory.
    public PostgresServer? Postgres { get; init; } // Running; null for a SQLite ledger.
    public FailoverCluster? Cluster { get; init; } // Whole; each API then runs on one of its hosts.
    public string? PostgresUrl { get; init; } // Null for its unix socket.
    public bool IsLayer4 { get; init; } // Whether nginx passes on connections: the stack nginx-stream.
    public bool Faults { get; init; } // Whether the fault library is loaded into both APIs.
    public string? WriteLog { get; init; } // The fault library's log of writes; null for none.
}

// Two published servers on one fresh ledger behind nginx, as ./rinha run starts them but without a supervisor: the
// campaign restarts what died. Dispose kills every process. One thread starts and kills; any thread may send requests.
internal sealed class Bank : IDisposable
{
    // Timeout for what should happen at once, generous for a busy machine.
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private static readonly string[] s_none = [];

    private readonly ChaosSettings _settings;
    private readonly BankOptions _options;

    public Bank(CampaignRun run, BankOptions? options = null)
    {
        options ??= new BankOptions();
        _settings = run.Settings;
        var data = Directory.CreateDirectory(options.DataDirectory ?? Path.Combine(run.Directory, "data")).FullName;
        DatabasePath = Path.Combine(data, "rinha.db");
        _options = options;
        Faults = options.Faults
            ? [.. Names.Select(name => new FaultControl(Path.Combine(run.Directory, name + ".control")))]
            : [];
        Front = TargetOf($"http://127.0.0.1:{_settings.Port}");
        Apis = [.. Names.Select((name, index) => Make(run, options, name, ServerCommand(options, name, index)))];
        IsLayer4 = options.IsLayer4;
        Nginx = Make(run, options, "nginx", IsLayer4 ? _settings.StreamCommand : _settings.NginxCommand);
    }

    public string DatabasePath { get; }
    public Target Front { get; }
    public IReadOnlyList<BankProcess> Apis { get; }

    public IReadOnlyList<FaultControl> Faults { get; }
    public BankProcess Nginx { get; }
    public bool IsLayer4 { get; }

    public ILedgerSource Ledger =>
        _options.Cluster?.Ledger ?? _options.Postgres?.Ledger ?? new SqliteLedgerSource(DatabasePath);

    public static string[] Names => ["api01", "api02"];

    public IEnumerable<BankProcess> Processes => Apis.Append(Nginx);

    public static Target TargetOf(string url) =>
        Target.TryParse(url, out var target, out var error) ? target : throw new ChaosException(error);

    public Target DirectTo(BankProcess api) => TargetOf("unix:" + SocketOf(api.Name));

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
            // A killed worker may hold the port for a moment; another program's bank must not be mistaken for this one.
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

    // Waits until a server accepts connections or exits.
    public bool TryAwaitAnswer(BankProcess api)
    {
        _ = Wait.For(() => DirectTo(api).Answers() || !api.IsAlive);
        return api.IsAlive && DirectTo(api).Answers();
    }

    // A server's open connections, from the kernel's list: asking the server would add one.
    public int ConnectionsOf(BankProcess api) => File.ReadLines("/proc/net/unix")
        .Count(line => line.EndsWith(" " + SocketOf(api.Name), StringComparison.Ordinal) && line.Contains(" 0001 03 "));

    // Makes every Nth write or sync of the first APIs fail; without arguments, none fails.
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
        foreach (var resource in Processes.Concat<IDisposable>(Faults))
        {
            resource.Dispose();
        }
    }

    private static BankProcess Make(
        CampaignRun run, BankOptions options, string name, IReadOnlyList<string> command) => new(
            name,
            Path.Combine(run.Directory, name + ".log"),
            command,
            CgroupOf(name, options),
            run.Settings);

    private static string CgroupOf(string name, BankOptions options) =>
        (options is not { Postgres: null, Cluster: null } ? "postgres-" : options.IsLayer4 ? "stream-" : "") + name;

    private string SocketOf(string name) => Path.Combine(_settings.Sockets, name + ".sock");

    // As the supervisor starts it, plus the fault library, which only the server itself loads.
    private IReadOnlyList<string> ServerCommand(BankOptions options, string name, int index) =>
    [
        .. options.Cluster?.OnHost(name, []) ?? [],
        .. UserAccount.Proxy.AsGroup,
        "env",
        $"DATABASE_URL={options.PostgresUrl ?? options.Postgres?.Url ?? DatabasePath}",
        $"API_SOCKET={SocketOf(name)}",
        $"API_SOCKET_MODE={LaunchCommands.SocketMode}",
        $"RINHA_SYNCHRONOUS={options.Synchronous}",
        "RINHA_ENABLE_RESET=true",
        .. options.IsLayer4 ? [$"API_METRICS_SOCKET={SocketOf(name + "-metrics")}"] : s_none,
        .. options.Faults ? [$"LD_PRELOAD={_settings.FaultLibrary}", $"FAULT_CONTROL={Faults[index].Path}"] : s_none,
        .. options.WriteLog is { } path ? [$"FAULT_LOG={path}"] : s_none,
        Repository.Server,
    ];
}

// One of the bank's processes; it can be killed and started again.
internal sealed class BankProcess(
    string name, string logPath, IReadOnlyList<string> command, string cgroup, ChaosSettings settings) : IDisposable
{
    private ChildProcess? _child;

    public string Name => name;
    public string Cgroup => cgroup;
    public ProcessIdentity Identity => _child!.Identity;
    public int ProcessId => Identity.Pid; // Also its session and process group.
    public bool IsAlive => _child is { HasExited: false };
    public string Log => File.Exists(logPath) ? File.ReadAllText(logPath) : ""; // Over all its starts.

    // Child processes, such as nginx's workers.
    public string[] Children => File.ReadAllText($"/proc/{ProcessId}/task/{ProcessId}/children")
        .Split(' ', StringSplitOptions.RemoveEmptyEntries);

    public int Descriptors => Directory.GetFileSystemEntries($"/proc/{ProcessId}/fd").Length;

    // Resident bytes (proc_pid_statm(5)), with and without file mappings, since a growing mapped ledger is not a leak.
    public (long All, long Own) ResidentBytes
    {
        get
        {
            var pages = File.ReadAllText($"/proc/{ProcessId}/statm").Split(' ')
                .Select(text => long.Parse(text, CultureInfo.InvariantCulture) * Environment.SystemPageSize).ToList();
            return (pages[1], pages[1] - pages[2]);
        }
    }

    // Kills them and their process groups at once.
    public static void Kill(IEnumerable<BankProcess> processes)
    {
        ProcessTable.Kill(processes.Where(process => process.IsAlive).Select(process => -process.ProcessId));
        foreach (var process in processes)
        {
            _ = process.WaitForEnd(out _);
        }
    }

    public void Start() => _child = ChildProcess.Start(command, logPath, settings.ProcsFilesOf(cgroup));

    public void Kill() => Kill([this]);

    // exitCode: 128 plus the signal's number after a kill.
    public bool WaitForEnd(out int exitCode)
    {
        var hasEnded = _child?.WaitForExit(Bank.Timeout) ?? true;
        exitCode = hasEnded ? _child?.ExitCode ?? 0 : 0;
        return hasEnded;
    }

    public void Dispose() => Kill();
}
