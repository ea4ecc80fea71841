using System.Globalization;

namespace Rinha.LoadTest.Chaos.Campaigns;

/// <summary>
/// Turns the servers' wall clocks an hour back, then a day forward, under load. Statements stay in the order of the
/// commits, and nothing times out.
/// </summary>
internal sealed class ClockCampaign : ICampaign
{
    private const string TimeKey = "\"data_extrato\":\"";

    private static readonly long[] s_offsetsSeconds = [-3_600, 86_400, 0];
    private static readonly TimeSpan s_tolerance = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public string Name => "clock";

    /// <inheritdoc/>
    public string Fault => "the clock goes back an hour, forward a day";

    /// <inheritdoc/>
    public int Times(bool isShort) => isShort ? 1 : 5;

    /// <inheritdoc/>
    public void Run(CampaignRun run)
    {
        using var loaded = new BankUnderLoad(run, new BankOptions { Faults = true });
        var bank = loaded.Bank;
        for (var index = 0; index < run.Times; index++)
        {
            foreach (var offsetSeconds in s_offsetsSeconds)
            {
                // Not both at the same moment: for a while they disagree.
                foreach (var api in run.Random.Next(2) == 0 ? bank.Apis : bank.Apis.Reverse())
                {
                    Thread.Sleep(run.Random.Next(50, 300));
                    bank.Faults[bank.Apis[0] == api ? 0 : 1].ClockOffsetSeconds = offsetSeconds;
                    var shown = TimeOf(loaded.Probes.Statement(api).Answer);
                    var off = shown - DateTimeOffset.UtcNow - TimeSpan.FromSeconds(offsetSeconds);
                    run.Check(
                        off is { } one && one.Duration() < s_tolerance,
                        () => $"{api.Name} shows {shown:O} when its clock is {offsetSeconds} s ahead");
                }

                Thread.Sleep(run.Random.Next(200, 500));
            }

            run.Tried();
        }

        var watch = loaded.Watch;
        run.Check(watch.FailedPosts + watch.FailedGets == 0, () => $"failed: {watch.Failures}");
        loaded.Finish();
        run.Measured($"{loaded.Watch.Acknowledged:N0} acknowledged");
    }

    private static DateTimeOffset? TimeOf(RawAnswer answer)
    {
        var start = answer.Body.IndexOf(TimeKey, StringComparison.Ordinal) + TimeKey.Length;
        var end = answer.Body.IndexOf('"', Math.Min(start, answer.Body.Length));
        return end > start && DateTimeOffset.TryParse(
            answer.Body.AsSpan(start, end - start), CultureInfo.InvariantCulture, out var time) ? time : null;
    }
}
