using System.Diagnostics;

namespace Rinha.LoadTest.Chaos.Campaigns;

/// <summary>
/// Kills both servers at a random moment under load, every second time nginx too. Starting them again, and nothing
/// else, must bring the bank back.
/// </summary>
internal sealed class KillAllCampaign : ICampaign
{
    /// <inheritdoc/>
    public string Name => "kill-all";

    /// <inheritdoc/>
    public string Fault => "kill -9 of both APIs, or of everything";

    /// <inheritdoc/>
    public int Times(bool isShort) => isShort ? 5 : 50;

    /// <inheritdoc/>
    public void Run(CampaignRun run)
    {
        using var loaded = new BankUnderLoad(run);
        var bank = loaded.Bank;
        var restarts = new Spread();
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

            var restart = Stopwatch.StartNew();
            bank.Start();
            restarts.Add(restart.Elapsed);
            loaded.AwaitAcknowledged(1);
            run.Tried();
        }

        var report = loaded.Finish();
        run.Measured($"{loaded.Watch.Acknowledged:N0} acknowledged, {report.Summary.Failed:N0} failed");
        run.Measured($"until all answer again: {restarts}");
    }
}
