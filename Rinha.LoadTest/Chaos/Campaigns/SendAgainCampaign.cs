namespace Rinha.LoadTest.Chaos.Campaigns;

/// <summary>
/// Kills one server, both, nginx or everything at a random moment, while clients send again, under its key, what came
/// to nothing. They must see no failure at all, and nothing may be applied twice.
/// </summary>
internal sealed class SendAgainCampaign : ICampaign
{
    private const double Rate = 1_000;
    private const int Connections = 32;

    /// <inheritdoc/>
    public string Name => "send-again";

    /// <inheritdoc/>
    public string Fault => "kill -9 of anything; clients with keys";

    /// <inheritdoc/>
    public int Times(bool isShort) => isShort ? 8 : 100;

    /// <inheritdoc/>
    public void Run(CampaignRun run)
    {
        using var bank = new Bank(run);
        Run(run, bank, index =>
        {
            foreach (var process in (index % 4) switch
            {
                0 => [bank.Apis[run.Random.Next(2)]],
                1 => bank.Apis,
                2 => [bank.Nginx],
                _ => [.. bank.Apis, bank.Nginx],
            })
            {
                process.Kill();
            }
        });
    }

    /// <summary>The same with other faults.</summary>
    /// <param name="run">The campaign.</param>
    /// <param name="bank">A bank that is not started yet.</param>
    /// <param name="makeFault">Makes the fault of a number; what has died then is started again.</param>
    public static void Run(CampaignRun run, Bank bank, Action<int> makeFault)
    {
        bank.Start();
        var options = BackgroundLoad.Endless(Rate, Connections, run.Seed) with { RetryFor = Bank.Patience };
        using var load = new BackgroundLoad(bank.Front, options);
        for (var index = 0; index < run.Times; index++)
        {
            Thread.Sleep(run.Random.Next(200, 800));
            makeFault(index);
            bank.Start();
            run.Tried();
        }

        Thread.Sleep(200);
        var report = load.Stop();
        run.Check(report.Summary.Failed == 0, () => $"{report.Summary.Failed} requests failed in the end");
        run.Check(load.Log.Unknown.Count == 0, () => $"nobody knows about {load.Log.Unknown.Count} transactions");
        LedgerCheck.Run(run, bank.Ledger, load.Log);
        run.Measured($"{load.Log.Acknowledged.Count:N0} acknowledged, {report.Summary.Retries:N0} sent again, "
            + $"{report.Summary.Failed:N0} failed");
    }
}
