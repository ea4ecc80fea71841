namespace Rinha.LoadTest.Chaos.Campaigns;

/// <summary>
/// Kills nginx, master and worker, and starts it again; every second time lets it read its configuration again instead.
/// Nothing is doubled; nobody notices the second.
/// </summary>
internal sealed class NginxCampaign : ICampaign
{
    /// <inheritdoc/>
    public string Name => "nginx";

    /// <inheritdoc/>
    public string Fault => "kill -9 of nginx, or SIGHUP";

    /// <inheritdoc/>
    public int Times(bool isShort) => isShort ? 2 : 6;

    /// <inheritdoc/>
    public void Run(CampaignRun run)
    {
        using var loaded = new BankUnderLoad(run);
        var (bank, watch) = (loaded.Bank, loaded.Watch);
        for (var index = 0; index < run.Times; index++)
        {
            Thread.Sleep(run.Random.Next(100, 500));
            if (index % 2 == 0)
            {
                bank.Nginx.Kill();
                bank.Start();
                loaded.AwaitAcknowledged(BankUnderLoad.Connections);
            }
            else
            {
                Reload(run, loaded);
            }

            run.Tried();
        }

        loaded.Finish();
        run.Measured($"{watch.Acknowledged:N0} acknowledged; failed: {watch.Failures}");
    }

    private static void Reload(CampaignRun run, BankUnderLoad loaded)
    {
        var (nginx, watch) = (loaded.Bank.Nginx, loaded.Watch);
        var failed = watch.FailedPosts + watch.FailedGets;
        var before = Workers(nginx);
        Signals.Send(nginx.ProcessId, Signals.Hangup);
        Wait.Until(
            Bank.Patience,
            () => Workers(nginx) is { Length: > 0 } now && !now.Intersect(before).Any(),
            () => "nginx keeps its worker");
        loaded.AwaitAcknowledged(BankUnderLoad.Connections);
        var failures = watch.FailedPosts + watch.FailedGets - failed;
        run.Check(failures == 0, () => $"{failures} requests failed around the reload ({watch.Failures})");
    }

    private static string[] Workers(BankProcess nginx) =>
        File.ReadAllText($"/proc/{nginx.ProcessId}/task/{nginx.ProcessId}/children")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
