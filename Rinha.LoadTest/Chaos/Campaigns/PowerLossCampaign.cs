using Rinha.LoadTest.Chaos.PowerLoss;

namespace Rinha.LoadTest.Chaos.Campaigns;

/// <summary>
/// Records what a bank under load writes, and opens what a disk may have if the power goes at any moment of it: the
/// ledger is a beginning of what was committed, whole, and with FULL nothing is missing that was answered.
/// </summary>
internal sealed class PowerLossCampaign : ICampaign
{
    private const double LowRate = 1_500;
    private const double HighRate = 5_000;

    /// <inheritdoc/>
    public string Name => "power-loss";

    /// <inheritdoc/>
    public string Fault => "loss of power at any moment of a recorded run";

    /// <inheritdoc/>
    public int Times(bool isShort) => isShort ? 20 : 500;

    /// <inheritdoc/>
    public void Run(CampaignRun run)
    {
        (string Synchronous, double Rate)[] plans = run.Setting.IsShort
            ? [("NORMAL", LowRate), ("FULL", LowRate)]
            : [("NORMAL", LowRate), ("FULL", LowRate), ("NORMAL", HighRate), ("FULL", HighRate)];
        foreach (var (plan, index) in plans.Select((plan, index) => (plan, index)))
        {
            var recording = Recording.Make(run, $"recorded{index}", plan.Synchronous, plan.Rate);
            run.Check(
                recording.WalStarts > 2,
                () => $"{plan.Synchronous}: the WAL was started only {recording.WalStarts} times");
            var restart = new Restart(run, recording, plan.Synchronous);
            var replay = new Replay(recording.Records);
            foreach (var cut in Cut.Choose(recording, run.Times / plans.Length, run.Random))
            {
                restart.Try(cut, replay);
            }

            run.Measured($"{plan.Synchronous}: {recording.History.Count:N0} transactions, {recording.WalStarts} WALs; "
                + $"{restart.Losing} cuts lost answered ones, {restart.MostLost:N0} at most");
        }
    }
}
