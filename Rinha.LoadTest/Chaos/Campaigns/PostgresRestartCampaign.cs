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
    public void Run(CampaignRun run) => DatabaseOutages.Run(run, postgres => postgres.Restart());
}
