namespace Rinha.Chaos.Faults;

// Takes away one host's part in a cluster that fails over, or moves the primary, under a load with keys and beside
// single requests without. Another host takes over the part, the bank writes again in time, and the lost host returns.
internal static class FailoverFaults
{
    public const string UntilWhole = "until the host is back and in step";

    // docs/operations/failover.md promises 25 s after a loss (Patroni's ttl of 20 s and the election; 30 s where the
    // APIs still reach the old primary) and 5 s after a switchover. A starved machine may delay ten of the hosts' loops
    // of 1 s.
    private static readonly TimeSpan s_margin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_lossMax = TimeSpan.FromSeconds(25) + s_margin;
    private static readonly TimeSpan s_switchoverMax = TimeSpan.FromSeconds(5) + s_margin;

    public static void KillPrimary(FaultContext context) =>
        Strike(context, cluster => cluster.Primary, host => host.KillDatabase(), s_lossMax, expectsFailures: true);

    public static void CutPrimary(FaultContext context) =>
        Strike(context, cluster => cluster.Primary, context.Cluster.Unplug, s_lossMax, expectsFailures: true);

    // The APIs stay with the old primary until there is a new one. It must acknowledge nothing meanwhile.
    public static void SplitPrimary(FaultContext context) =>
        Strike(context, cluster => cluster.Primary, context.Cluster.Split, s_lossMax, expectsFailures: true);

    public static void KillStandby(FaultContext context) =>
        Strike(context, cluster => cluster.Standby, host => host.KillDatabase(), s_lossMax);

    public static void KillEtcdLeader(FaultContext context) => Strike(
        context,
        cluster => cluster.EtcdLeader!,
        host =>
        {
            host.KillEtcd();
            Wait.Until(() => context.Cluster.EtcdLeader is not null, () => "etcd elected no leader");
        },
        s_lossMax);

    public static void SwitchOver(FaultContext context) =>
        Strike(context, cluster => cluster.Primary, _ => context.Cluster.SwitchOver(), s_switchoverMax);

    // PostgreSQL refuses posts and stays the primary, until an operator moves it.
    public static void FillDisk(FaultContext context) => Strike(
        context,
        cluster => cluster.Primary,
        _ => context.Cluster.SwitchOver(),
        s_switchoverMax,
        expectsFailures: true,
        prepare: host =>
        {
            host.Disk.Fill();
            Wait.Until(
                () => context.Probes.Post(context.Bank.Apis[0]).Answer.Status != 200, () => "a full disk took posts");
        });

    public static void CheckRetried(FaultContext context)
    {
        var (run, log, summary) = (context.Run, context.Log, context.Report.Summary);
        run.Check(summary.Failed == 0, () => $"{summary.Failed} requests failed despite retries");
        run.AddResult($"{log.Acknowledged:N0} acknowledged, {summary.Retries:N0} retries, "
            + $"{summary.Failed:N0} failed; without keys {log.Unknown:N0} of unknown outcome");
    }

    private static void Strike(
        FaultContext context,
        Func<FailoverCluster, DatabaseHost> part,
        Action<DatabaseHost> strike,
        TimeSpan gapMax,
        bool expectsFailures = false,
        Action<DatabaseHost>? prepare = null)
    {
        var (run, cluster) = (context.Run, context.Cluster);
        var host = part(cluster);
        DatabaseOutage.ProbeThrough(
            context,
            () =>
            {
                prepare?.Invoke(host);
                var beganAtNs = Clock.NowNs;
                strike(host);
                context.AwaitAcknowledged(2 * FaultContext.Connections); // One each may have been under way.
                var gap = context.Watch.LongestGap(beganAtNs, Clock.NowNs, context.Stalls);
                context.DurationsOf(FaultPlan.Gap).Add(gap);
                run.CheckSpeed(gap <= gapMax, () => $"{host.Name}: no acknowledgement for {gap.TotalSeconds:F1} s");
            },
            expectsFailures);
        var back = Stopwatch.StartNew();
        cluster.Repair();
        context.DurationsOf(UntilWhole).Add(back.Elapsed);
        run.Check(part(cluster) != host, () => $"{host.Name} kept its part");
    }
}
