using System.Diagnostics;
using Rinha.LoadTest.Check;

namespace Rinha.LoadTest.Chaos.Storage;

/// <summary>A bank under load whose storage is about to fail, and everything that must hold then.</summary>
internal sealed class LoadedBank : IDisposable
{
    private const int Connections = 32;

    // A line for each failure would fill the disk that is full; one a second and process is what there may be.
    private const int LogLinesPerSecond = 20;

    private readonly CampaignRun _run;
    private readonly List<BackgroundLoad> _loads = [];

    public LoadedBank(CampaignRun run, BankOptions options, double rate)
    {
        _run = run;
        Bank = new Bank(run, options);
        try
        {
            Bank.Start();
            Probe = new Probe(run, Bank);
            foreach (var api in Bank.Apis)
            {
                _loads.Add(new BackgroundLoad(
                    Bank.Past(api), // What is not answered 200 or 422 is then the server's own answer.
                    BackgroundLoad.Endless(rate / Bank.Apis.Count, Connections / Bank.Apis.Count, run.Random.Next())));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The bank.</summary>
    public Bank Bank { get; }

    /// <summary>Asks the servers one by one.</summary>
    public Probe Probe { get; }

    /// <summary>Both servers must live on, and not say more than anybody can read.</summary>
    /// <param name="action">What happens meanwhile.</param>
    /// <param name="what">The fault, in words.</param>
    public void Endure(Action action, string what)
    {
        var lines = LogLines();
        var watch = Stopwatch.StartNew();
        action();
        var most = LogLinesPerSecond * Bank.Apis.Count * (int)Math.Ceiling(watch.Elapsed.TotalSeconds);
        _run.Check(LogLines() - lines <= most, () => $"{what}: {LogLines() - lines} lines in the logs");
        foreach (var api in Bank.Apis)
        {
            _run.Check(api.IsAlive, () => $"{what}: {api.Name} has died: {api.Log.TrimEnd()}");
        }
    }

    /// <summary>Ends the load and looks whether all books are right.</summary>
    public void Finish()
    {
        foreach (var load in _loads)
        {
            var statuses = load.Stop().Summary.Statuses.Keys.Where(status => status is not (200 or 422 or 503));
            _run.Check(!statuses.Any(), () => $"answers with the status {string.Join(", ", statuses)}");
            LedgerCheck.Run(_run, Bank.Ledger, load.Log, isAll: false);
        }

        Probe.CheckPosts(PostedRow.ReadAll(Bank.DatabasePath));
        var strange = LedgerRows.Read(Bank.Ledger).Rows.Keys.Count(text => !_loads.Exists(
            load => load.Log.Acknowledged.ContainsKey(text) || load.Log.Unknown.ContainsKey(text)));
        _run.Check(strange == 0, () => $"{strange} rows that neither load has had accepted");
        _run.Measured($"{_loads.Sum(load => load.Log.Acknowledged.Count):N0} acknowledged, "
            + $"{_loads.Sum(load => load.Log.Unavailable.Count):N0} refused; "
            + $"well again after {Probe.LongestRecovery.TotalMilliseconds:N0} ms at most");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var load in _loads)
        {
            load.Dispose();
        }

        Bank.Dispose();
    }

    // Each 5xx has its line: that is asked for. All the rest must not grow with the requests.
    private int LogLines() => Bank.Apis.Sum(api => api.Log.Split('\n').Count(
        line => !line.Contains("\"event\":\"RequestAnsweredWithError\"", StringComparison.Ordinal)));
}
