using System.Diagnostics;

namespace Rinha.LoadTest.Chaos.Campaigns;

/// <summary>
/// Ends both servers with SIGTERM under load and starts them again, one after the other: an update of the program. No
/// client notices.
/// </summary>
internal sealed class RollingCampaign : ICampaign
{
    /// <inheritdoc/>
    public string Name => "rolling";

    /// <inheritdoc/>
    public string Fault => "SIGTERM and restart of one API, then of the other";

    /// <inheritdoc/>
    public int Times(bool isShort) => isShort ? 5 : 50;

    /// <inheritdoc/>
    public void Run(CampaignRun run)
    {
        using var loaded = new BankUnderLoad(run);
        var (bank, watch) = (loaded.Bank, loaded.Watch);
        var (ends, absences) = (new Spread(), new Spread());
        for (var index = 0; index < run.Times; index++)
        {
            Thread.Sleep(run.Random.Next(50, 200));
            foreach (var api in bank.Apis)
            {
                var failed = watch.FailedPosts + watch.FailedGets;
                var absence = Stopwatch.StartNew();
                api.Signal(Signals.Terminate);
                var hasEnded = api.WaitForEnd(Bank.Patience, out var exitCode);
                ends.Add(absence.Elapsed);
                run.Check(
                    hasEnded && exitCode == 0, () => $"{api.Name} has ended: {hasEnded}, with {exitCode}: {api.Log}");
                api.Start();
                Wait.Until(
                    Bank.Patience, () => bank.ConnectionsOf(api) > 0, () => $"{api.Name} gets no work: {api.Log}");
                absences.Add(absence.Elapsed);
                loaded.AwaitAcknowledged(BankUnderLoad.Connections);
                var failures = watch.FailedPosts + watch.FailedGets - failed;
                run.Check(
                    failures == 0, () => $"{failures} requests failed around {api.Name}'s restart ({watch.Failures})");
            }

            run.Tried();
        }

        loaded.Finish();
        run.Measured($"{watch.Acknowledged:N0} acknowledged; failed: {watch.Failures}");
        run.Measured($"from signal to end: {ends}");
        run.Measured($"until nginx uses it again: {absences}");
    }
}
