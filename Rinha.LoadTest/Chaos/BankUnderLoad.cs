using Rinha.LoadTest.Check;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Chaos;

/// <summary>A running bank with a load on it, through nginx, which goes on until <see cref="Finish"/>.</summary>
internal sealed class BankUnderLoad : IDisposable
{
    /// <summary>How many clients there are, and so how many requests may be under way.</summary>
    public const int Connections = 32;

    /// <summary>Requests per second, unless a campaign wants another rate.</summary>
    public const double Rate = 2_000;

    private const int WarmAcknowledged = 100;

    private readonly CampaignRun _run;
    private readonly BackgroundLoad? _load;

    public BankUnderLoad(CampaignRun run, BankOptions? options = null, double rate = Rate)
    {
        _run = run;
        Bank = new Bank(run, options);
        Probes = new Probes(Bank);
        try
        {
            Bank.Start();
            _load = new BackgroundLoad(
                Bank.Front,
                BackgroundLoad.Endless(rate, Connections, run.Random.Next()),
                log => Watch = new LoadWatch(log));
            AwaitAcknowledged(WarmAcknowledged);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The bank.</summary>
    public Bank Bank { get; }

    /// <summary>What becomes of the requests meanwhile.</summary>
    public LoadWatch Watch { get; private set; } = null!;

    /// <summary>For single requests besides.</summary>
    public Probes Probes { get; }

    /// <summary>What was sent and answered; to be read after <see cref="Finish"/>.</summary>
    public TransactionLog Log => _load!.Log;

    /// <summary>Waits until so many more transactions are acknowledged: the bank works.</summary>
    public void AwaitAcknowledged(int more)
    {
        var goal = Watch.Acknowledged + more;
        Wait.Until(
            Bank.Patience, () => Watch.Acknowledged >= goal, () => $"the bank answers no more: {Watch.Failures}");
    }

    /// <summary>Ends the load, and holds the ledger against all that was answered.</summary>
    public RunReport Finish()
    {
        var report = _load!.Stop();
        Probes.AddTo(_load.Log);
        LedgerCheck.Run(_run, Bank.Ledger, _load.Log);
        return report;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Bank.Dispose(); // First: what is dead keeps no request waiting.
        _load?.Dispose();
    }
}
