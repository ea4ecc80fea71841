using Rinha.Chaos.Abuse;
using Rinha.Chaos.Faults;
using Rinha.Chaos.Fuzz;
using Rinha.Chaos.Inputs;
using Rinha.Chaos.Machines;
using Rinha.Chaos.PowerLoss;
using Rinha.Chaos.Soak;
using Rinha.Chaos.Storage;
using static Rinha.Chaos.Faults.FaultPlan;

namespace Rinha.Chaos;

// All campaigns in the order they run: name, fault, tries in the short and the full form, and the code that injects and
// checks. A fault under load is a FaultPlan; other campaigns have their own code.
internal static class CampaignTable
{
    private static readonly TimeSpan s_gapMax = TimeSpan.FromMilliseconds(100);

    // The other API keeps serving: only transactions sent to the killed one fail. A client's next transaction may fail
    // too, on an idle connection of nginx that the kernel has not closed yet.
    private static readonly FaultPlan s_killOne = new(ProcessFaults.KillOne)
    {
        FailedMax = (Posts: 2 * FaultContext.Connections, Gets: 0),
        GapMax = s_gapMax,
        FirstResult = context =>
            $"{context.Acknowledged} acknowledged, {context.Watch.FailedPosts:N0} transactions failed",
        ReportedDurations = [Gap, ProcessFaults.UntilUsed],
    };

    private static readonly FaultPlan s_rolling = new(ProcessFaults.RollingRestart)
    {
        PauseMs = (50, 200),
        FailedMax = (0, 0),
        FirstResult = AcknowledgedAndFailed,
        ReportedDurations = [ProcessFaults.UntilEnd, ProcessFaults.UntilUsed],
    };

    private static readonly FaultPlan s_nginx = new(ProcessFaults.KillOrReloadNginx)
    {
        PauseMs = (100, 500),
        AcknowledgedAfter = FaultContext.Connections,
        FirstResult = AcknowledgedAndFailed,
        LastResult = context => $"of these, {context.Tally} at a reload, on a connection that nginx was closing",
    };

    // Clients that retry under their keys see no failure, and nothing is applied twice.
    private static readonly FaultPlan s_sendAgain = new(ProcessFaults.KillAny)
    {
        PauseMs = (200, 800),
        Rate = 1_000,
        HasKeys = true,
        AtEnd = ProcessFaults.CheckSentAgain,
    };

    // Clients get 503 at worst, and the bank recovers by itself.
    private static readonly FaultPlan s_outage = new(DatabaseOutage.Kill)
    {
        IsOnPostgres = true,
        PauseMs = (100, 600),
        AcknowledgedAfter = FaultContext.Connections,
        AtEnd = DatabaseOutage.CheckAll,
        ReportedDurations = [DatabaseOutage.UntilBothAnswer],
        LastResult = DatabaseOutage.LongestWait,
    };

    public static readonly IReadOnlyList<Campaign> All =
    [
        new("kill-one", "kill -9 of one API", 10, 200, UnderLoad(s_killOne)),
        new("kill-all", "kill -9 of both APIs, or of everything", 5, 50, UnderLoad(new FaultPlan(ProcessFaults.KillAll)
        {
            PauseMs = (100, 600),
            FirstResult = context => $"{context.Acknowledged} acknowledged, {context.Report.Summary.Failed:N0} failed",
            ReportedDurations = [ProcessFaults.UntilAllAnswer],
        })),
        new("kill-points", "kill -9 between two steps of a commit or checkpoint", 10, 100, UnderLoad(
        [
            .. PointFaults.All.Select(fault => new FaultPlan(
                context => PointFaults.Kill(context, fault.Point, fault.CountdownMax))
            {
                Directory = $"{fault.Point}",
                HasFaultLibrary = true,
                PauseMs = (0, 0),
                AcknowledgedAfter = 50,
                GapMax = s_gapMax,
                FirstResult = context =>
                    $"{fault.Point}: {context.Watch.FailedPosts} transactions failed; gap: {context.DurationsOf(Gap)}",
            }),
        ])),
        new("kill-schema", "kill -9 while an empty ledger is created", 2, 20, KillInSchema.Run),
        new("kill-reset", "kill -9 during a reset", 2, 20, KillInReset.Run),
        new("stop-holder", "SIGSTOP inside the gate, for 1 s or until the other times out", 2, 20, UnderLoad(
            new FaultPlan(StopHolder.Stop)
            {
                HasFaultLibrary = true,
                PauseMs = (100, 300),
                AcknowledgedAfter = FaultContext.Connections,
                FirstResult = AcknowledgedAndFailed,
                ReportedDurations = [StopHolder.Refusals, StopHolder.Statements],
            })),
        new("rolling", "SIGTERM and restart of one API, then of the other", 5, 50, UnderLoad(s_rolling)),
        new("clock", "the clock goes back an hour, forward a day", 1, 5, UnderLoad(
            new FaultPlan(ProcessFaults.ShiftClocks)
            {
                HasFaultLibrary = true,
                PauseMs = (0, 0),
                FailedMax = (0, 0),
                FirstResult = context => $"{context.Acknowledged} acknowledged",
            })),
        new("nginx", "kill -9 of nginx, or SIGHUP", 2, 6, UnderLoad(s_nginx)),
        new("send-again", "kill -9 of any process; clients with keys", 8, 100, UnderLoad(s_sendAgain)),
        new("power-loss", "power loss at any moment of a recorded run", 20, 500, PowerLossCampaign.Run),
        new("disk-full", "a full disk, under load and at the start", 2, 10, DiskFull.Run),
        new("disk-errors", "EIO on write and fsync, a read-only file system, ENOSPC for the WAL", 4, 20,
            UnderLoad(
            [
                .. new[] { "NORMAL", "FULL" }.Select(synchronous =>
                    StorageFaults.Plan(context => DiskErrors.Inject(context, synchronous)) with
                    {
                        Directory = synchronous,
                        Synchronous = synchronous,
                        HasFaultLibrary = true,
                    }),
            ])),
        new("locked", "another program holds the write lock, or an old snapshot", 2, 10, UnderLoad(
            StorageFaults.Plan(LockedLedger.HoldWriteLock) with
            {
                Directory = "locked",
                Rate = 200,
                PauseMs = (0, 0),
                LastResult = LockedLedger.LongestRefusal,
            },
            StorageFaults.Plan(LockedLedger.HoldSnapshot) with
            {
                Directory = "pinned",
                Rate = 4_000,
                PauseMs = (0, 0),
                LastResult = LockedLedger.LargestWal,
            })),
        new("bad-files", "damaged, foreign, unreachable or non-regular files",
            BadFilesCampaign.Kinds, BadFilesCampaign.Kinds, BadFilesCampaign.Run),
        new("pg-kill-one", "kill -9 of one API; the ledger in PostgreSQL", 5, 50,
            UnderLoad(s_killOne with { IsOnPostgres = true })),
        new("pg-kill", "kill -9 of PostgreSQL, of all its processes", 3, 30, UnderLoad(s_outage)),
        new("pg-restart", "fast shutdown and start of PostgreSQL", 2, 20,
            UnderLoad(s_outage with { Inject = DatabaseOutage.Restart })),
        new("pg-cut", "connections to PostgreSQL refused, silent, or reset", 3, 20,
            UnderLoad(s_outage with { Inject = DatabaseOutage.Cut, HasRelay = true })),
        new("pg-send-again", "PostgreSQL or an API killed or restarted; clients with keys", 4, 40,
            UnderLoad(s_sendAgain with { Inject = DatabaseOutage.KillAny, IsOnPostgres = true })),
        new("failover-kill", "kill -9 of the primary of three hosts, PostgreSQL and Patroni", 2, 20,
            UnderLoad(Failover(FailoverFaults.KillPrimary))),
        new("failover-cut", "the primary's host loses its network", 2, 20,
            UnderLoad(Failover(FailoverFaults.CutPrimary))),
        new("failover-split", "the other two hosts lose the primary, the APIs do not", 2, 20,
            // The old primary may show posts that the failover then loses (docs/operations/failover.md).
            UnderLoad(Failover(FailoverFaults.SplitPrimary) with { ReadsPages = false })),
        new("failover-disk", "the primary's disk is full, an operator switches over", 2, 20,
            UnderLoad(Failover(FailoverFaults.FillDisk))),
        new("failover-standby", "kill -9 of the synchronous standby, PostgreSQL and Patroni", 2, 20,
            UnderLoad(Failover(FailoverFaults.KillStandby))),
        new("failover-etcd", "kill -9 of etcd's leader", 2, 20, UnderLoad(Failover(FailoverFaults.KillEtcdLeader))),
        new("failover-switchover", "a planned switchover", 2, 20, UnderLoad(Failover(FailoverFaults.SwitchOver))),
        new("fuzz", "valid, invalid and mutated HTTP and JSON",
            20_000, 1_000_000, run => FuzzCampaign.Run(run, isLayer4: false)),
        new("smuggling", "requests hidden in requests, through nginx and direct",
            SmugglingCampaign.Cases, SmugglingCampaign.Cases, run => SmugglingCampaign.Run(run, isLayer4: false)),
        new("texts", "every Unicode character, and SQL metacharacters",
            TextsCampaign.ShortTexts, TextsCampaign.AllTexts, TextsCampaign.Run),
        new("abuse", "slow, idle, endless and flooding clients",
            AttackKinds.All.Count, AttackKinds.All.Count, run => AbuseCampaign.Run(run, isLayer4: false)),
        new("stream-kill-one", "kill -9 of one API behind nginx-stream", 0, 50, UnderLoad(s_killOne with
        {
            IsLayer4 = true,
            // A request in flight on each connection, and a next one on a connection that nginx has not closed yet.
            FailedMax = (2 * FaultContext.Connections, 2 * FaultContext.Connections),
            FirstResult = AcknowledgedAndFailed,
            ReportedDurations = [Gap],
        })),
        new("stream-rolling", "SIGTERM and restart of both APIs behind nginx-stream", 2, 50,
            UnderLoad(s_rolling with { IsLayer4 = true, ReportedDurations = [ProcessFaults.UntilEnd] })),
        new("stream-nginx", "kill -9 of nginx-stream's nginx, or SIGHUP", 0, 6,
            UnderLoad(s_nginx with { IsLayer4 = true })),
        new("stream-fuzz", "valid, invalid and mutated HTTP and JSON through nginx-stream",
            0, 200_000, run => FuzzCampaign.Run(run, isLayer4: true)),
        new("stream-smuggling", "requests hidden in requests, through nginx-stream",
            0, SmugglingCampaign.Cases, run => SmugglingCampaign.Run(run, isLayer4: true)),
        new("stream-abuse", "slow, idle, endless and flooding clients through nginx-stream",
            0, AttackKinds.All.Count, run => AbuseCampaign.Run(run, isLayer4: true)),
        new("machine", "the Debian package on a virtual machine: limits, out of memory, upgrade, reboot, removal",
            MachineCampaign.Steps, MachineCampaign.Steps, MachineCampaign.Run),
        new("machine-docker", "the Compose stack on a virtual machine: limits on cgroup v2, load",
            0, MachineDockerCampaign.Steps, MachineDockerCampaign.Run),
        new("machine-power", "the power of a virtual machine is cut: SQLite on ext4 and xfs, PostgreSQL",
            0, PowerCutPlan.All.Sum(plan => plan.Cuts), PowerCutCampaign.Run),
        new("soak", "none: a long run under load", 3, 3, SoakCampaign.Run),
    ];

    private static FaultPlan Failover(Action<FaultContext> inject) => new(inject)
    {
        IsOnCluster = true,
        PauseMs = (500, 3_000),
        Rate = 400,
        HasKeys = true,
        AtEnd = FailoverFaults.CheckRetried,
        ReportedDurations = [Gap, FailoverFaults.UntilWhole],
        LastResult = DatabaseOutage.LongestWait,
    };
}
