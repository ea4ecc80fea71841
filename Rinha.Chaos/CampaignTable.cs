using Rinha.Chaos.Abuse;
using Rinha.Chaos.Faults;
using Rinha.Chaos.Fuzz;
using Rinha.Chaos.Inputs;
using Rinha.Chaos.PowerLoss;
using Rinha.Chaos.Soak;
using Rinha.Chaos.Storage;
using static Rinha.Chaos.Faults.FaultPlan;

namespace Rinha.Chaos;

// All campaigns, in the order in which they run: name, fault, how often in the short and in the full form, and what is
// done and must hold. A fault under load is a FaultPlan; other campaigns have their own code.
internal static class CampaignTable
{
    private static readonly TimeSpan s_gapMax = TimeSpan.FromMilliseconds(100);

    // The other goes on: nothing fails but the transactions that the dead one had.
    private static readonly FaultPlan s_killOne = new(ProcessFaults.KillOne)
    {
        FailedMax = (Posts: Scene.Connections, Gets: 0),
        GapMax = s_gapMax,
        Figure = scene => $"{scene.Acknowledged} acknowledged, {scene.Watch.FailedPosts:N0} transactions failed",
        Durations = [Gap, ProcessFaults.UntilUsed],
    };

    // Clients see no failure at all, and nothing is applied twice.
    private static readonly FaultPlan s_sendAgain = new(ProcessFaults.KillAny)
    {
        PauseMs = (200, 800),
        Rate = 1_000,
        HasKeys = true,
        AtEnd = ProcessFaults.CheckSentAgain,
    };

    // Meanwhile 503 at worst, and soon afterwards all is well.
    private static readonly FaultPlan s_outage = new(DatabaseOutage.Kill)
    {
        IsOnPostgres = true,
        PauseMs = (100, 600),
        AcknowledgedAfter = Scene.Connections,
        AtEnd = DatabaseOutage.CheckAll,
        Durations = [DatabaseOutage.UntilBothAnswer],
        LastFigure = DatabaseOutage.LongestWait,
    };

    public static readonly IReadOnlyList<Campaign> All =
    [
        new("kill-one", "kill -9 of one API", 10, 200, UnderLoad(s_killOne)),
        new("kill-all", "kill -9 of both APIs, or of everything", 5, 50, UnderLoad(new FaultPlan(ProcessFaults.KillAll)
        {
            PauseMs = (100, 600),
            Figure = scene => $"{scene.Acknowledged} acknowledged, {scene.Report.Summary.Failed:N0} failed",
            Durations = [ProcessFaults.UntilAllAnswer],
        })),
        new("kill-points", "kill -9 between two steps of a commit or checkpoint", 10, 100, UnderLoad(
        [
            .. PointFaults.All.Select(one => new FaultPlan(
                scene => PointFaults.Kill(scene, one.Point, one.CountdownMax))
            {
                Directory = $"{one.Point}",
                HasFaultLibrary = true,
                PauseMs = (0, 0),
                AcknowledgedAfter = 50,
                GapMax = s_gapMax,
                Figure = scene =>
                    $"{one.Point}: {scene.Watch.FailedPosts} transactions failed; gap: {scene.Spread(Gap)}",
            }),
        ])),
        new("kill-schema", "kill -9 while an empty ledger is made", 2, 20, KillInSchema.Run),
        new("kill-reset", "kill -9 in a reset", 2, 20, KillInReset.Run),
        new("stop-holder", "SIGSTOP inside the gate, for 1 s or until the other gives up", 2, 20, UnderLoad(
            new FaultPlan(StopHolder.Stop)
            {
                HasFaultLibrary = true,
                PauseMs = (100, 300),
                AcknowledgedAfter = Scene.Connections,
                Figure = AcknowledgedAndFailed,
                Durations = [StopHolder.Refusals, StopHolder.Statements],
            })),
        new("rolling", "SIGTERM and restart of one API, then of the other", 5, 50, UnderLoad(
            new FaultPlan(ProcessFaults.Roll)
            {
                PauseMs = (50, 200),
                FailedMax = (0, 0),
                Figure = AcknowledgedAndFailed,
                Durations = [ProcessFaults.UntilEnd, ProcessFaults.UntilUsed],
            })),
        new("clock", "the clock goes back an hour, forward a day", 1, 5, UnderLoad(
            new FaultPlan(ProcessFaults.TurnClocks)
            {
                HasFaultLibrary = true,
                PauseMs = (0, 0),
                FailedMax = (0, 0),
                Figure = scene => $"{scene.Acknowledged} acknowledged",
            })),
        new("nginx", "kill -9 of nginx, or SIGHUP", 2, 6, UnderLoad(new FaultPlan(ProcessFaults.KillOrReloadNginx)
        {
            PauseMs = (100, 500),
            AcknowledgedAfter = Scene.Connections,
            Figure = AcknowledgedAndFailed,
            LastFigure = scene => $"of these at a reload: {scene.Counted} on a connection just being closed",
        })),
        new("send-again", "kill -9 of anything; clients with keys", 8, 100, UnderLoad(s_sendAgain)),
        new("power-loss", "loss of power at any moment of a recorded run", 20, 500, PowerLossCampaign.Run),
        new("disk-full", "a disk without room, under load and at the start", 2, 10, DiskFull.Run),
        new("disk-errors", "EIO on write and fsync, a read-only file system, some without room for the WAL", 4, 20,
            UnderLoad(
            [
                .. new[] { "NORMAL", "FULL" }.Select(synchronous =>
                    StorageFaults.Plan(scene => DiskErrors.Make(scene, synchronous)) with
                    {
                        Directory = synchronous,
                        Synchronous = synchronous,
                        HasFaultLibrary = true,
                    }),
            ])),
        new("locked", "another program keeps the write lock, or an old snapshot", 2, 10, UnderLoad(
            StorageFaults.Plan(LockedLedger.HoldWriteLock) with
            {
                Directory = "locked",
                Rate = 200,
                PauseMs = (0, 0),
                LastFigure = LockedLedger.LongestRefusal,
            },
            StorageFaults.Plan(LockedLedger.HoldSnapshot) with
            {
                Directory = "pinned",
                Rate = 4_000,
                PauseMs = (0, 0),
                LastFigure = LockedLedger.LongestWal,
            })),
        new("bad-files", "files that are damaged, foreign, out of reach or no files",
            BadFilesCampaign.Kinds, BadFilesCampaign.Kinds, BadFilesCampaign.Run),
        new("pg-kill-one", "kill -9 of one API; the ledger in PostgreSQL", 5, 50,
            UnderLoad(s_killOne with { IsOnPostgres = true })),
        new("pg-kill", "kill -9 of PostgreSQL, of all its processes", 3, 30, UnderLoad(s_outage)),
        new("pg-restart", "fast shutdown and start of PostgreSQL", 2, 20,
            UnderLoad(s_outage with { Make = DatabaseOutage.Restart })),
        new("pg-cut", "connections to PostgreSQL refused, silent, or reset", 3, 20,
            UnderLoad(s_outage with { Make = DatabaseOutage.Cut, HasRelay = true })),
        new("pg-send-again", "PostgreSQL or an API killed or restarted; clients with keys", 4, 40,
            UnderLoad(s_sendAgain with { Make = DatabaseOutage.KillAny, IsOnPostgres = true })),
        new("fuzz", "good, bad and damaged HTTP and JSON", 20_000, 1_000_000, FuzzCampaign.Run),
        new("smuggling", "requests hidden in requests, through nginx and past it",
            SmugglingCampaign.Cases, SmugglingCampaign.Cases, SmugglingCampaign.Run),
        new("texts", "every character, and what means something to SQL",
            TextsCampaign.ShortTexts, TextsCampaign.AllTexts, TextsCampaign.Run),
        new("abuse", "slow, idle, endless and flooding clients",
            AttackKinds.All.Count, AttackKinds.All.Count, AbuseCampaign.Run),
        new("soak", "none: a long time under load", 3, 3, SoakCampaign.Run),
    ];
}
