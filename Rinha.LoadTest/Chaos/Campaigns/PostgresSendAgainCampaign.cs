using Rinha.LoadTest.Chaos.Postgres;

namespace Rinha.LoadTest.Chaos.Campaigns;

/// <summary>
/// <see cref="SendAgainCampaign"/> with the ledger in PostgreSQL, which is restarted or killed, with or without a
/// server.
/// </summary>
internal sealed class PostgresSendAgainCampaign : ICampaign
{
    /// <inheritdoc/>
    public string Name => "pg-send-again";

    /// <inheritdoc/>
    public string Fault => "PostgreSQL or an API killed or restarted; clients with keys";

    /// <inheritdoc/>
    public int Times(bool isShort) => isShort ? 4 : 40;

    /// <inheritdoc/>
    public void Run(CampaignRun run)
    {
        using var postgres = new PostgresServer(run);
        postgres.Start();
        using var bank = new Bank(run, new BankOptions { Postgres = postgres });
        SendAgainCampaign.Run(run, bank, index =>
        {
            var api = bank.Apis[run.Random.Next(bank.Apis.Count)];
            if (index % 4 is 1 or 3)
            {
                api.Kill();
            }

            switch (index % 4)
            {
                case 0:
                    postgres.Restart();
                    break;
                case 2 or 3:
                    postgres.Kill();
                    postgres.Start();
                    break;
            }
        });
    }
}
