using Rinha.LoadTest.Chaos.Campaigns;

namespace Rinha.LoadTest.Chaos;

/// <summary>All campaigns, in the order in which they run.</summary>
internal static class CampaignList
{
    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<ICampaign> All =
    [
        new KillOneCampaign(),
        new KillAllCampaign(),
        new KillPointsCampaign(),
        new KillSchemaCampaign(),
        new KillResetCampaign(),
        new StopHolderCampaign(),
        new RollingCampaign(),
        new ClockCampaign(),
        new NginxCampaign(),
        new SendAgainCampaign(),
        new PowerLossCampaign(),
        new DiskFullCampaign(),
        new DiskErrorsCampaign(),
        new LockedCampaign(),
        new BadFilesCampaign(),
        new PostgresKillOneCampaign(),
        new PostgresKillCampaign(),
        new PostgresRestartCampaign(),
        new PostgresCutCampaign(),
        new PostgresSendAgainCampaign(),
        new FuzzCampaign(),
        new SmugglingCampaign(),
        new TextsCampaign(),
        new AbuseCampaign(),
        new SoakCampaign(),
    ];
}
