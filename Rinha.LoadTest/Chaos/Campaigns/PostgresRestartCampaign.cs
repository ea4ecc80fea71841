using Rinha.LoadTest.Chaos.Postgres;

namespace Rinha.LoadTest.Chaos.Campaigns;

/// <summary>Restarts PostgreSQL under load without waiting for its clients: an update of the program.</summary>
internal sealed class PostgresRestartCampaign : ICampaign
{
    /// <inheritdoc/>
    public string Name => "pg-restart";

    /// <inheritdoc/>
    public string Fault => "fast shutdown and start of PostgreSQL";

    /// <inheritdoc/>
    public int Times(bool isShort) => isShort ? 2 : 20;

    /// <inheritdoc/>
    public void Run(CampaignRun run)
    {
        using var postgres = new PostgresServer(run);
        postgres.Start();
        using var outages = new DatabaseOutages(run, postgres);
        for (var index = 0; index < run.Times; index++)
        {
            Thread.Sleep(run.Random.Next(100, 600));
            outages.Endure(postgres.Restart);
        }

        outages.Finish();
    }
}
