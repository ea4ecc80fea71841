namespace Rinha.Chaos.UnderTest;

/// <summary>The whole bank: two published servers on one fresh ledger behind nginx, as <c>./rinha run</c> has it but
/// without its supervisor: who starts again what has died is the campaign.</summary>
internal sealed class Bank : IDisposable
{
    /// <summary>The time-out of what should happen at once, on a machine that is busy with something else.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ChaosSetting _setting;

    public Bank(CampaignRun run, BankOptions? options = null)
    {
        options ??= new BankOptions();
        _setting = run.Setting;
        var data = Directory.CreateDirectory(options.DataDirectory ?? Path.Combine(run.Directory, "data")).FullName;
        DatabasePath = Path.Combine(data, "rinha.db");
        Ledger = options.Postgres?.Ledger ?? new LedgerInFile(DatabasePath);
        if (options.Faults)
        {
            Faults = [ControlOf(run, "api01"), ControlOf(run, "api02")];
        }

        Front = TargetOf($"http://127.0.0.1:{_setting.Port}");
        Apis = [Api(run, "api01", options, 0), Api(run, "api02", options, 1)];
        Nginx = new BankProcess(_setting, "nginx", LogOf(run, "nginx"), LimitsOf(options));
    }

    public string DatabasePath { get; }
    public ILedgerPlace Ledger { get; }
    public Target Front { get; }
    public IReadOnlyList<BankProcess> Apis { get; }

    /// <summary>What the fault library in each of <see cref="Apis"/> is told; empty without it.</summary>
    public IReadOnlyList<FaultControl> Faults { get; } = [];

    /// <summary>The load balancer: a master and its worker.</summary>
    public BankProcess Nginx { get; }

    public IEnumerable<BankProcess> Processes => Apis.Append(Nginx);

    public Target Past(BankProcess api) => TargetOf("unix:" + SocketOf(api));

    /// <summary>Starts everything that is not alive, and waits until all of it answers.</summary>
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
            // A killed worker may keep the port for a moment; anybody else's bank must not be taken for this one.
            Wait.Until(Patience, () => !Front.Answers(), () => $"another program listens on {Front}");
            Nginx.Start();
        }

        Wait.Until(Patience, Front.Answers, () => $"nginx does not listen: {Nginx.Log}");
    }

    public void AwaitAnswer(BankProcess api)
    {
        if (!TryAwaitAnswer(api))
        {
            throw new ChaosException($"{api.Name} does not listen: {api.Log}");
        }
    }

    /// <summary>Waits until a server takes connections, or ends because it will not.</summary>
    public bool TryAwaitAnswer(BankProcess api)
    {
        _ = Wait.For(Patience, () => Past(api).Answers() || !api.IsAlive);
        return api.IsAlive && Past(api).Answers();
    }

    /// <summary>How many connections a server has accepted and not closed, by the kernel's list: to ask is to connect,
    /// and nginx's own are what is looked for.</summary>
    public int ConnectionsOf(BankProcess api) => File.ReadLines("/proc/net/unix")
        .Count(line => line.EndsWith(" " + SocketOf(api), StringComparison.Ordinal) && line.Contains(" 0001 03 "));

    public void Kill()
    {
        foreach (var process in Processes)
        {
            process.Signal(Signals.Kill);
        }

        foreach (var process in Processes)
        {
            process.Kill();
        }
    }

    public void Dispose()
    {
        Kill();
        foreach (var process in Processes)
        {
            process.Dispose();
        }

        foreach (var control in Faults)
        {
            control.Dispose();
        }
    }

    private static Target TargetOf(string url) =>
        Target.TryParse(url, out var target, out var error) ? target : throw new ChaosException(error);

    private static string LogOf(CampaignRun run, string name) => Path.Combine(run.Directory, name + ".log");

    private string SocketOf(BankProcess api) => Path.Combine(_setting.SocketDirectory, api.Name + ".sock");

    private static Dictionary<string, string> LimitsOf(BankOptions options) =>
        options.Postgres is null ? [] : new(PostgresServer.Limits);

    private static FaultControl ControlOf(CampaignRun run, string name) =>
        new(Path.Combine(run.Directory, name + ".control"));

    private BankProcess Api(CampaignRun run, string name, BankOptions options, int index)
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

        return new BankProcess(_setting, name, LogOf(run, name), environment);
    }
}

/// <summary>How a campaign wants its bank.</summary>
internal sealed record BankOptions
{
    public string Synchronous { get; init; } = "NORMAL";

    /// <summary>Where the database is; <see langword="null"/> for a directory of the campaign's own.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>The database that has the ledger, which is running; <see langword="null"/> when the ledger is a
    /// file.</summary>
    public PostgresServer? Postgres { get; init; }

    /// <summary>How the APIs get to <see cref="Postgres"/>; <see langword="null"/> for over its own socket.</summary>
    public string? PostgresUrl { get; init; }

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether the fault library is loaded into both APIs.</summary>
    public bool Faults { get; init; }
}
