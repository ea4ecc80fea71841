using System.Diagnostics;
using Rinha.LoadTest.Http;

namespace Rinha.LoadTest.Chaos.Campaigns;

/// <summary>
/// Kills one server at a random moment under load and starts it again at once. The other goes on, nothing fails but
/// the transactions that the dead one had, and nginx soon gives the new one work.
/// </summary>
internal sealed class KillOneCampaign : ICampaign
{
    private static readonly TimeSpan s_gapMax = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_absenceMax = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public string Name => "kill-one";

    /// <inheritdoc/>
    public string Fault => "kill -9 of one API";

    /// <inheritdoc/>
    public int Times(bool isShort) => isShort ? 10 : 200;

    /// <inheritdoc/>
    public void Run(CampaignRun run) => Run(run, new BankOptions());

    /// <summary>The same with the ledger elsewhere.</summary>
    /// <param name="run">The campaign.</param>
    /// <param name="options">Where.</param>
    public static void Run(CampaignRun run, BankOptions options)
    {
        using var stalls = new StallWatch();
        using var loaded = new BankUnderLoad(run, options);
        var (bank, watch) = (loaded.Bank, loaded.Watch);
        var (gaps, absences) = (new Spread(), new Spread());
        for (var index = 0; index < run.Times; index++)
        {
            Thread.Sleep(run.Random.Next(100, 400));
            var api = bank.Apis[run.Random.Next(bank.Apis.Count)];
            var (posts, gets) = (watch.FailedPosts, watch.FailedGets);
            var killedAtNs = Clock.NowNs;
            var absence = Stopwatch.StartNew();
            api.Kill();
            api.Start();
            Wait.Until(
                Bank.Patience, () => bank.ConnectionsOf(api) > 0, () => $"{api.Name} gets no work again: {api.Log}");
            absences.Add(absence.Elapsed);
            run.CheckSpeed(
                absence.Elapsed < s_absenceMax,
                () => $"{api.Name} had work again after {absence.ElapsedMilliseconds} ms");
            loaded.AwaitAcknowledged(1);
            var gap = watch.LongestGap(killedAtNs, Clock.NowNs, stalls);
            gaps.Add(gap);
            run.CheckSpeed(gap <= s_gapMax, () => $"nothing was acknowledged for {gap.TotalMilliseconds:F0} ms");
            var (failedPosts, failedGets) = (watch.FailedPosts - posts, watch.FailedGets - gets);
            run.Check(failedGets == 0, () => $"{failedGets} statements failed ({watch.Failures} so far)");
            run.Check(
                failedPosts <= BankUnderLoad.Connections,
                () => $"{failedPosts} transactions failed ({watch.Failures} so far)");
            run.Tried();
        }

        loaded.Finish();
        run.Measured($"{watch.Acknowledged:N0} acknowledged, {watch.FailedPosts:N0} transactions failed");
        run.Measured($"gap: {gaps}");
        run.Measured($"until nginx uses it again: {absences}");
    }
}
