using System.Net.Sockets;
using Rinha.LoadTest.Chaos.Postgres;

namespace Rinha.LoadTest.Chaos.Campaigns;

/// <summary>
/// Cuts the connections between the servers and PostgreSQL under load: nobody listens there for a while, nothing
/// arrives for longer than the servers wait for an answer, or every connection is reset once.
/// </summary>
internal sealed class PostgresCutCampaign : ICampaign
{
    private const int RefusedMsMin = 500;
    private const int RefusedMsMax = 3_000;

    // The servers wait for 6 s.
    private const int SilentMsMin = 6_500;
    private const int SilentMsMax = 12_000;

    /// <inheritdoc/>
    public string Name => "pg-cut";

    /// <inheritdoc/>
    public string Fault => "connections to PostgreSQL refused, silent, or reset";

    /// <inheritdoc/>
    public int Times(bool isShort) => isShort ? 3 : 20;

    /// <inheritdoc/>
    public void Run(CampaignRun run)
    {
        using var postgres = new PostgresServer(run);
        postgres.Start();
        using var relay = new Relay(new UnixDomainSocketEndPoint(postgres.SocketPath));
        using var outages = new DatabaseOutages(run, postgres, $"postgres://rinha@{relay.Address}/rinha");
        for (var index = 0; index < run.Times; index++)
        {
            switch (index % 3)
            {
                case 0:
                    outages.Endure(() => Cut(relay, relay.Refuse, run.Random.Next(RefusedMsMin, RefusedMsMax)));
                    break;
                case 1:
                    outages.Endure(() => Cut(relay, relay.Silence, run.Random.Next(SilentMsMin, SilentMsMax)));
                    break;
                default:
                    outages.Endure(relay.Drop, isFelt: false); // Who has nothing under way connects again.
                    break;
            }
        }

        outages.Finish();
    }

    private static void Cut(Relay relay, Action cut, int milliseconds)
    {
        cut();
        Thread.Sleep(milliseconds);
        relay.Restore();
    }
}
