using Rinha.LoadTest.Chaos.Postgres;

namespace Rinha.LoadTest.Chaos.Campaigns;

/// <summary>
/// <see cref="KillOneCampaign"/> with the ledger in PostgreSQL: the locks of the dead one fall there.
/// </summary>
internal sealed class PostgresKillOneCampaign : ICampaign
{
    /// <inheritdoc/>
    public string Name => "pg-kill-one";

    /// <inheritdoc/>
    public string Fault => "kill -9 of one API; the ledger in PostgreSQL";

    /// <inheritdoc/>
    public int Times(bool isShort) => isShort ? 5 : 50;

    /// <inheritdoc/>
    public void Run(CampaignRun run)
    {
        using var postgres = new PostgresServer(run);
        postgres.Start();
        KillOneCampaign.Run(run, new BankOptions { Postgres = postgres });
    }
}
