using Rinha.LoadTest.Http;

namespace Rinha.LoadTest.Chaos.Campaigns;

/// <summary>
/// Lets a server die between two steps of its work under load, and starts it again. What was acknowledged is there
/// exactly once, what was not is there whole or not at all.
/// </summary>
internal sealed class KillPointsCampaign : ICampaign
{
    // How often the point is passed before it counts, at most: some tenths of a second of the load, or all the places
    // of a checkpoint.
    private static readonly (FaultPoint Point, int CountdownMax)[] s_points =
    [
        (FaultPoint.AfterBegin, 50),
        (FaultPoint.AfterUpdate, 200),
        (FaultPoint.AfterCommit, 50),
        (FaultPoint.BeforeBegin, 50),
        (FaultPoint.InCheckpoint, 8),
    ];

    private static readonly TimeSpan s_gapMax = TimeSpan.FromMilliseconds(100);

    /// <inheritdoc/>
    public string Name => "kill-points";

    /// <inheritdoc/>
    public string Fault => "kill -9 between two steps of a commit or checkpoint";

    /// <inheritdoc/>
    public int Times(bool isShort) => s_points.Length * (isShort ? 2 : 20);

    /// <inheritdoc/>
    public void Run(CampaignRun run)
    {
        using var stalls = new StallWatch();
        foreach (var (point, countdownMax) in s_points)
        {
            var directory = Path.Combine(run.Directory, point.ToString());
            using var loaded = new BankUnderLoad(run, new BankOptions { Faults = true, DataDirectory = directory });
            var gaps = new Spread();
            for (var index = 0; index < run.Times / s_points.Length; index++)
            {
                Kill(run, loaded, point, run.Random.Next(1, countdownMax + 1), stalls, gaps);
            }

            loaded.Finish();
            run.Measured($"{point}: {loaded.Watch.FailedPosts} transactions failed; gap: {gaps}");
        }
    }

    private static void Kill(
        CampaignRun run, BankUnderLoad loaded, FaultPoint point, int countdown, StallWatch stalls, Spread gaps)
    {
        var bank = loaded.Bank;
        var armedAtNs = Clock.NowNs;
        // Whoever checkpoints does it for both: nobody knows who will be the next.
        var first = run.Random.Next(bank.Apis.Count);
        var armed = point == FaultPoint.InCheckpoint ? bank.Faults : [bank.Faults[first]];
        var hits = armed.Sum(fault => fault.Hits);
        foreach (var fault in armed)
        {
            fault.Arm(point, countdown, FaultAction.Kill);
        }

        Wait.Until(
            Bank.Patience,
            () => armed.Any(fault => !fault.IsArmed),
            () => $"nobody has come to {point} {countdown} times");
        foreach (var fault in armed)
        {
            fault.Disarm();
        }

        // Both may have come there.
        Wait.Until(
            Bank.Patience,
            () => bank.Apis.Count(api => !api.IsAlive) is > 0 and var dead
                && dead == armed.Sum(fault => fault.Hits) - hits,
            () => $"{armed.Sum(fault => fault.Hits) - hits} should have died at {point}");
        var survives = bank.Apis.Any(api => api.IsAlive);
        bank.Start();
        loaded.AwaitAcknowledged(50);
        if (survives)
        {
            // In most of these places the dead one has left the gate or SQLite's lock closed behind it.
            var gap = loaded.Watch.LongestGap(armedAtNs, Clock.NowNs, stalls);
            gaps.Add(gap);
            run.CheckSpeed(
                gap <= s_gapMax, () => $"killed at {point}: no acknowledgement for {gap.TotalMilliseconds:F0} ms");
        }

        run.Tried();
    }
}
