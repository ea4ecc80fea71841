using Rinha.LoadTest.Collect;
using Rinha.LoadTest.Output;
using Rinha.LoadTest.Stats;

namespace Rinha.Chaos.Load;

/// <summary>A running bank with a load on it, through nginx or past it, which goes on until <see cref="Finish"/>. Past
/// nginx each server has a load of its own, and what is not answered 200 or 422 is the server's own answer.</summary>
internal sealed class BankUnderLoad : IDisposable
{
    /// <summary>How many clients there are, and so how many requests may be under way.</summary>
    public const int Connections = 32;

    private const int WarmAcknowledged = 100;

    private readonly CampaignRun _run;
    private readonly List<BackgroundLoad> _loads = [];
    private readonly List<LoadWatch> _watches = [];

    public BankUnderLoad(CampaignRun run, BankOptions options, double rate, TimeSpan? retryFor, bool isPastNginx)
    {
        _run = run;
        Bank = new Bank(run, options);
        Probes = new Probes(Bank);
        IReadOnlyList<Target> targets = isPastNginx ? [.. Bank.Apis.Select(Bank.Past)] : [Bank.Front];
        try
        {
            Bank.Start();
            foreach (var target in targets)
            {
                var (share, connections) = (rate / targets.Count, Connections / targets.Count);
                var load = BackgroundLoad.Endless(share, connections, run.Random.Next());
                _loads.Add(new BackgroundLoad(target, load with { RetryFor = retryFor }, log =>
                {
                    _watches.Add(new LoadWatch(log));
                    return _watches[^1];
                }));
            }

            AwaitAcknowledged(WarmAcknowledged);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public Bank Bank { get; }
    public Probes Probes { get; } // For single requests besides.

    public LoadWatch Watch => _watches[0];

    /// <summary>What was sent and answered; to be read after <see cref="Finish"/>.</summary>
    public TransactionLog Log => _loads[0].Log;

    public IEnumerable<TransactionLog> Logs => _loads.Select(load => load.Log);

    /// <summary>Waits until so many more transactions are acknowledged: the bank works.</summary>
    public void AwaitAcknowledged(int more)
    {
        int Acknowledged() => _watches.Sum(watch => watch.Acknowledged);
        var goal = Acknowledged() + more;
        Wait.Until(
            () => Acknowledged() >= goal,
            () => $"the bank answers no more: {string.Join("; ", _watches.Select(watch => watch.Failures))}");
    }

    /// <summary>Ends the load, and holds the ledger against all that was answered.</summary>
    /// <returns>The first load's report.</returns>
    public RunReport Finish()
    {
        var reports = _loads.Select(load => load.Stop()).ToList();
        if (_loads.Count == 1)
        {
            Probes.AddTo(Log);
            LedgerCheck.Run(_run, Bank.Ledger, Log);
            return reports[0];
        }

        var probed = new TransactionLog();
        Probes.AddTo(probed, isRefusalFinal: true);
        List<TransactionLog> logs = [.. Logs, probed];
        foreach (var report in reports)
        {
            var statuses = report.Summary.Statuses.Keys.Where(status => status is not (200 or 422 or 503)).ToList();
            _run.Check(statuses.Count == 0, () => $"answers with the status {string.Join(", ", statuses)}");
        }

        logs.ForEach(log => LedgerCheck.Run(_run, Bank.Ledger, log, isAll: false));
        var strange = LedgerRows.Read(Bank.Ledger).Rows.Keys.Count(text => !logs.Exists(
            log => log.Acknowledged.ContainsKey(text) || log.Unknown.ContainsKey(text)));
        _run.Check(strange == 0, () => $"{strange} rows that no load has had accepted");
        return reports[0];
    }

    public void Dispose()
    {
        Bank.Dispose(); // First: what is dead keeps no request waiting.
        _loads.ForEach(load => load.Dispose());
    }
}

/// <summary>A load run on a thread of its own, with every transaction remembered, while faults are made to
/// happen.</summary>
internal sealed class BackgroundLoad : IDisposable
{
    private readonly RunControl _control = new();
    private readonly Task<RunReport> _run;

    public BackgroundLoad(Target target, LoadOptions options, Func<IRequestObserver, IRequestObserver>? observer = null)
    {
        var session = new LoadSession(
            target, EnvironmentReader.Read(target.Url, limits: null), _control, framesPerSecond: 0);
        var seen = observer is null ? Log : observer(Log);
        _run = Task.Factory.StartNew(
            () => session.Run(options with { DistinctTexts = true }, seen),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }

    /// <summary>What was sent and answered; to be read after <see cref="Stop"/>.</summary>
    public TransactionLog Log { get; } = new();

    /// <summary>A load that goes on until it is stopped: open loop, the contest's mix.</summary>
    public static LoadOptions Endless(double rate, int connections, int seed) => new()
    {
        Connections = connections,
        Duration = TimeSpan.FromDays(1),
        Rate = rate,
        RequestTimeout = Bank.Patience,
        Seed = seed,
    };

    public RunReport Stop()
    {
        Dispose();
        return _run.Exception is { } failure
            ? throw new ChaosException($"the load ended with {failure.InnerException}")
            : _run.Result;
    }

    public void Dispose()
    {
        _control.Stop();
        Task.WhenAny(_run).Wait();
    }
}
