using Rinha.LoadTest.Chaos.Postgres;

namespace Rinha.LoadTest.Chaos.Campaigns;

/// <summary>
/// Kills PostgreSQL with all its processes at a random moment under load, commits under way, and starts it again after
/// a while.
/// </summary>
internal sealed class PostgresKillCampaign : ICampaign
{
    /// <inheritdoc/>
    public string Name => "pg-kill";

    /// <inheritdoc/>
    public string Fault => "kill -9 of PostgreSQL, of all its processes";

    /// <inheritdoc/>
    public int Times(bool isShort) => isShort ? 3 : 30;

    /// <inheritdoc/>
    public void Run(CampaignRun run) => DatabaseOutages.Run(run, postgres =>
    {
        postgres.Kill();
        Thread.Sleep(run.Random.Next(50, 500));
        postgres.Start();
    });
}
