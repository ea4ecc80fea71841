using Rinha.LoadTest.Http;

namespace Rinha.LoadTest.Chaos.Campaigns;

/// <summary>
/// Kills nginx, master and worker, and starts it again; every second time lets it read its configuration again instead.
/// Nothing is doubled. The second costs at most what a client sends in the very moment in which nginx closes its idle
/// connection (HTTP/1.1 leaves that open, RFC 9112 §9.5), and no other answer.
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
        var closed = 0;
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
                closed += Reload(run, loaded);
            }

            run.Tried();
        }

        loaded.Finish();
        run.Measured($"{watch.Acknowledged:N0} acknowledged; failed: {watch.Failures}");
        run.Measured($"of these at a reload: {closed} on a connection just being closed");
    }

    private static int Reload(CampaignRun run, BankUnderLoad loaded)
    {
        var (nginx, watch) = (loaded.Bank.Nginx, loaded.Watch);
        var failed = watch.FailedPosts + watch.FailedGets;
        var closed = watch.CountOf(FailureKind.ClosedBeforeAnswer);
        var before = Workers(nginx);
        Signals.Send(nginx.ProcessId, Signals.Hangup);
        Wait.Until(
            Bank.Patience,
            () => Workers(nginx) is { Length: > 0 } now && !now.Intersect(before).Any(),
            () => "nginx keeps its worker");
        loaded.AwaitAcknowledged(BankUnderLoad.Connections);
        closed = watch.CountOf(FailureKind.ClosedBeforeAnswer) - closed;
        var others = watch.FailedPosts + watch.FailedGets - failed - closed;
        run.Check(others == 0, () => $"{others} requests failed around the reload ({watch.Failures})");
        run.Check(
            closed <= BankUnderLoad.Connections, () => $"{closed} connections were closed on a request at the reload");
        return closed;
    }

    private static string[] Workers(BankProcess nginx) =>
        File.ReadAllText($"/proc/{nginx.ProcessId}/task/{nginx.ProcessId}/children")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
