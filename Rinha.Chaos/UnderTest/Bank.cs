namespace Rinha.Chaos.UnderTest;

internal sealed record BankOptions
{
    public string Synchronous { get; init; } = "NORMAL";

    public string? DataDirectory { get; init; } // Where the database is; null for a directory of the campaign's own.
    public PostgresServer? Postgres { get; init; } // It runs, and has the ledger; null for a ledger in a file.
    public string? PostgresUrl { get; init; } // How the APIs get to it; null for its own socket.
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
    public bool Faults { get; init; } // Whether the fault library is loaded into both APIs.
}

// The whole bank: two published servers on one fresh ledger behind nginx, as ./rinha run has it but without its
// supervisor: the campaign starts again what has died.
internal sealed class Bank : IDisposable
{
    // The time-out of what should happen at once, on a machine that is busy with something else.
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ChaosSetting _setting;

    public Bank(CampaignRun run, BankOptions? options = null)
    {
        options ??= new BankOptions();
        _setting = run.Setting;
        var data = Directory.CreateDirectory(options.DataDirectory ?? Path.Combine(run.Directory, "data")).FullName;
        DatabasePath = Path.Combine(data, "rinha.db");
        Ledger = options.Postgres?.Ledger ?? new LedgerInFile(DatabasePath);
        Faults = options.Faults
            ? [.. Names.Select(name => new FaultControl(Path.Combine(run.Directory, name + ".control")))]
            : [];
        Front = TargetOf($"http://127.0.0.1:{_setting.Port}");
        Apis = [.. Names.Select((name, index) => Make(run, name, EnvironmentOf(options, index)))];
        Nginx = Make(run, "nginx", LimitsOf(options));
    }

    public string DatabasePath { get; }
    public ILedgerPlace Ledger { get; }
    public Target Front { get; }
    public IReadOnlyList<BankProcess> Apis { get; }

    public IReadOnlyList<FaultControl> Faults { get; }
    public BankProcess Nginx { get; } // The load balancer: a master and its worker.

    public IEnumerable<BankProcess> Processes => Apis.Append(Nginx);

    private static string[] Names => ["api01", "api02"];

    public Target Past(BankProcess api) => TargetOf("unix:" + SocketOf(api));

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
        .Count(line => line.EndsWith(" " + SocketOf(api), StringComparison.Ordinal) && line.Contains(" 0001 03 "));

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
        foreach (var process in Processes)
        {
            process.Signal(Signal.Kill);
        }

        foreach (var process in Processes)
        {
            process.Kill();
        }
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

    private string SocketOf(BankProcess api) => Path.Combine(_setting.Sockets, api.Name + ".sock");

    private static Dictionary<string, string> LimitsOf(BankOptions options) =>
        options.Postgres is null ? [] : new(PostgresServer.Limits);

    private static BankProcess Make(CampaignRun run, string name, Dictionary<string, string> environment) =>
        new(run.Setting, name, Path.Combine(run.Directory, name + ".log"), environment);

    private Dictionary<string, string> EnvironmentOf(BankOptions options, int index)
    {
        var environment = new Dictionary<string, string>(options.Environment.Concat(LimitsOf(options)))
        {
            ["DATABASE_URL"] = options.PostgresUrl ?? options.Postgres?.Url ?? DatabasePath,
            ["RINHA_SYNCHRONOUS"] = options.Synchronous,
            ["RINHA_ENABLE_RESET"] = "true",
        };
        if (options.Faults)
        {
            environment["FAULT_LIBRARY"] = _setting.FaultLibrary;
            environment["FAULT_CONTROL"] = Faults[index].Path;
        }

        return environment;
    }
}
