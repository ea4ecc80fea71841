namespace Rinha.LoadTest.Chaos.Campaigns;

/// <summary>
/// Kills both servers at a random moment under load, every second time nginx too. Starting them again, and nothing
/// else, must bring the bank back.
/// </summary>
internal sealed class KillAllCampaign : ICampaign
{
    private const double Rate = 2_000;
    private const int Connections = 32;

    /// <inheritdoc/>
    public string Name => "kill-all";

    /// <inheritdoc/>
    public string Fault => "kill -9 of both APIs, or of everything";

    /// <inheritdoc/>
    public int Times(bool isShort) => isShort ? 5 : 50;

    /// <inheritdoc/>
    public void Run(CampaignRun run)
    {
        using var bank = new Bank(run);
        bank.Start();
        using var load = new BackgroundLoad(bank.Front, BackgroundLoad.Endless(Rate, Connections, run.Seed));
        for (var index = 0; index < run.Times; index++)
        {
            Thread.Sleep(run.Random.Next(100, 600));
            if (index % 2 == 1)
            {
                bank.Kill();
            }
            else
            {
                foreach (var api in bank.Apis)
                {
                    api.Kill();
                }
            }

            bank.Start();
            run.Tried();
        }

        Thread.Sleep(200);
        var report = load.Stop();
        LedgerCheck.Run(run, bank.DatabasePath, load.Log);
        run.Measured($"{load.Log.Acknowledged.Count:N0} acknowledged, {report.Summary.Failed:N0} failed");
    }
}
