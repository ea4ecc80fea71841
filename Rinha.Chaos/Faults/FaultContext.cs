using Rinha.LoadTest.Stats;

namespace Rinha.Chaos.Faults;

// What a fault plan acts on: a running bank, the load on it, and the durations measured so far. The load runs through
// nginx, or separately on each server, until Finish, which stops it and lets the oracle check the ledger. One thread.
internal sealed class FaultContext : IDisposable
{
    public const int Connections = 32; // Also the most requests in flight.

    private const int WarmAcknowledged = 100;

    private readonly PostgresServer? _postgres;
    private readonly FailoverCluster? _cluster;
    private readonly Relay? _relay;
    private readonly List<BackgroundLoad> _loads = [];
    private readonly List<LoadWatch> _watches = [];
    private readonly Dictionary<string, DurationStats> _durations = [];

    public FaultContext(CampaignRun run, FaultPlan plan)
    {
        Run = run;
        try
        {
            _postgres = plan.IsOnPostgres ? new PostgresServer(run) : null;
            _postgres?.Start();
            _cluster = plan.IsOnCluster ? new FailoverCluster(run) : null;
            _relay = plan.HasRelay ? new Relay(new UnixDomainSocketEndPoint(_postgres!.SocketPath)) : null;
            Bank = new Bank(run, new BankOptions
            {
                DataDirectory = plan.Directory is null ? null : Path.Combine(run.Directory, plan.Directory),
                Synchronous = plan.Synchronous,
                Faults = plan.HasFaultLibrary,
                Postgres = _postgres,
                Cluster = _cluster,
                IsLayer4 = plan.IsLayer4,
                PostgresUrl = _relay is null ? _cluster?.Url : $"postgres://rinha@{_relay.Address}/rinha",
            });
            Probes = new Probes(Bank);
            Bank.Start();
            IReadOnlyList<Target> targets = plan.BypassesNginx ? [.. Bank.Apis.Select(Bank.DirectTo)] : [Bank.Front];
            foreach (var target in targets)
            {
                var (share, connections) = (plan.Rate / targets.Count, Connections / targets.Count);
                var load = BackgroundLoad.Endless(share, connections, run.Random.Next()) with
                {
                    RetryFor = plan.HasKeys ? Bank.Timeout : null,
                };
                _loads.Add(new BackgroundLoad(target, load, AddWatch, plan.ReadsPages));
            }

            AwaitAcknowledged(WarmAcknowledged);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public CampaignRun Run { get; }
    public Bank Bank { get; }
    public Probes Probes { get; } // For single requests beside the load.
    public StallDetector Stalls { get; } = new();
    public PostgresServer Postgres => _postgres!;
    public FailoverCluster Cluster => _cluster!;
    public Relay Relay => _relay!;
    public Random Random => Run.Random;
    public LoadWatch Watch => _watches[0];
    public string Acknowledged => $"{Watch.Acknowledged:N0}";
    public int Index { get; set; } // The try, from 0.
    public bool HasSurvivor { get; set; } // Whether a server survived the fault and keeps acknowledging.
    public int Tally { get; set; } // A counter for the plan's own use.

    public TransactionLog Log => _loads[0].Log; // Read it after Finish.

    public IEnumerable<TransactionLog> Logs => _loads.Select(load => load.Log);
    public RunReport Report { get; private set; } = null!; // The first load's report, once finished.

    public BankProcess PickApi() => Random.Pick(Bank.Apis);

    public DurationStats DurationsOf(string name) =>
        _durations.TryGetValue(name, out var durations) ? durations : _durations[name] = new DurationStats();

    public void AwaitAcknowledged(int more)
    {
        int Sum() => _watches.Sum(watch => watch.Acknowledged);
        var goal = Sum() + more;
        Wait.Until(
            () => Sum() >= goal,
            () => $"the bank stopped answering: {string.Join("; ", _watches.Select(watch => watch.Failures))}");
    }

    public void Finish()
    {
        var reports = _loads.Select(load => load.Stop()).ToList();
        Report = reports[0];
        if (_loads.Count == 1)
        {
            Probes.AddTo(Log);
            LedgerCheck.Run(Run, Bank.Ledger, [Log]);
            return;
        }

        var probed = new TransactionLog();
        Probes.AddTo(probed, isRefusalFinal: true);
        List<TransactionLog> logs = [.. Logs, probed];
        foreach (var report in reports)
        {
            var statuses = report.Summary.Statuses.Keys.Where(status => status is not (200 or 422 or 503)).ToList();
            Run.Check(statuses.Count == 0, () => $"answers with status {string.Join(", ", statuses)}");
        }

        LedgerCheck.Run(Run, Bank.Ledger, logs);
    }

    public void Dispose()
    {
        Bank?.Dispose(); // First: a dead bank holds no request open.
        _loads.ForEach(load => load.Dispose());
        Stalls.Dispose();
        _relay?.Dispose();
        _cluster?.Dispose();
        _postgres?.Dispose();
    }

    private LoadWatch AddWatch(IRequestObserver log)
    {
        _watches.Add(new LoadWatch(log));
        return _watches[^1];
    }
}
