using Rinha.LoadTest.Stats;
using Rinha.Stack.Cgroups;

namespace Rinha.Chaos.Abuse;

// Runs each attack of AttackKinds beside a normal load. Every normal request must succeed, no process may end or exceed
// its memory limit, and the attack's connections must be closed afterwards. Only the full form judges latency.
internal static class AbuseCampaign
{
    private const double Rate = 1_000;
    private const int Connections = 16;
    private const double SlowdownMax = 3;
    private const double BaselineSecondsMin = 0.002; // Below this, a threefold slowdown is noise.
    private const double ThrottlePeriodSeconds = 0.1; // Of a CPU limit.
    private const int Attempts = 3; // A slow p99 counts only when it repeats.
    private const int ShortAnswers = 1_000;
    private const int DirectPosts = 20;
    private const int LeftOpenMax = 600; // nginx keeps up to 512 idle connections to the APIs (nginx.conf).

    public static void Run(CampaignRun run, bool isLayer4)
    {
        using var bank = new Bank(run, new BankOptions { IsLayer4 = isLayer4 });
        bank.Start();
        _ = Measure(run, bank, TimeSpan.Zero, () => true); // Warms up.
        var workers = bank.Nginx.Children;
        foreach (var kind in AttackKinds.All)
        {
            Try(run, bank, kind);
            run.CheckAlive(bank, kind.Name);
            run.Check(
                bank.Nginx.Children.SequenceEqual(workers),
                () => $"{kind.Name}: nginx replaced a worker: {bank.Nginx.Log}");
            run.CountTry();
        }

        var cgroup = run.Settings.Cgroup is { } name ? StackCgroup.Locate(name) : null;
        foreach (var process in bank.Processes)
        {
            var (peak, limit) = (cgroup?.MemoryPeakOf(process.Cgroup) ?? 0, cgroup?.MemoryLimitOf(process.Cgroup) ?? 0);
            run.Check(peak <= limit, () => $"{process.Name}: {peak} of {limit} bytes");
            run.AddResult($"{process.Name}: at most {peak / 1048576.0:F0} of {limit / 1048576.0:F0} MB");
        }

        run.Check(
            !bank.Nginx.Log.Contains("worker_connections are not enough", StringComparison.Ordinal),
            () => "nginx ran out of connections");
        LedgerCheck.CheckClients(run, bank.Ledger);
    }

    private static void Try(CampaignRun run, Bank bank, AttackKind kind)
    {
        // The short form measures a fixed number of answers instead of a fixed time, and does not judge latency.
        var isShort = run.Settings.IsShort;
        var (calmTime, attackTime) = isShort ? default : (TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15));
        for (var attempt = 1; ; attempt++)
        {
            var before = Measure(run, bank, calmTime, () => true);
            var openBefore = OpenFiles(bank);
            using var attack = kind.Make(bank);
            attack.Start();
            if (kind.StarvedApi is { } starvedApi && Wait.For(() => attack.HasRampedUp))
            {
                CheckDirect(run, bank, starvedApi(bank), kind.Name);
            }

            var during = Measure(run, bank, attackTime, () => attack.HasRampedUp);
            var violation = attack.Stop();
            var (calmP99, p99) = (before.Latency.P99, during.Latency.P99);
            // At layer 4 the other clients of a starved API stay with it, and wait for its CPU.
            var p99Floor = bank.IsLayer4 && kind.StarvedApi is not null ? ThrottlePeriodSeconds : kind.P99SecondsMax;
            var p99Max = Math.Max(p99Floor, SlowdownMax * Math.Max(calmP99, BaselineSecondsMin));
            var isFast = kind.Overloads || p99 <= p99Max;
            if (!isFast && !isShort && attempt < Attempts)
            {
                continue;
            }

            string Describe(string what) => $"{kind.Name} ({attack.Summary}): {what}";
            run.CheckSpeed(isFast, () => Describe($"p99 {p99 * 1000:F1} ms, {calmP99 * 1000:F1} ms without"));
            run.Check(
                kind.Overloads || before.Summary.Failed + during.Summary.Failed == 0,
                () => Describe(Failures(before, during)));
            run.Check(violation is null, () => Describe(violation!));
            run.Check(attack.HasRampedUp, () => Describe("the attack did not reach its full size"));
            run.Check(
                Wait.For(() => ActiveClients(bank) <= 2 && OpenFiles(bank) <= openBefore + LeftOpenMax),
                () => Describe($"{ActiveClients(bank)} clients and {OpenFiles(bank)} files open, {openBefore} before"));
            run.AddResult($"{kind.Name}: p99 {calmP99 * 1000:F1} → {p99 * 1000:F1} ms; {attack.Summary}");
            return;
        }
    }

    // A client that floods one API directly must not delay other clients.
    private static void CheckDirect(CampaignRun run, Bank bank, BankProcess api, string kind)
    {
        var probes = new Probes(bank);
        for (var post = 1; post <= DirectPosts; post++)
        {
            if (!run.CheckAnswer(probes.Post(api).Answer, $"{kind}: post {post} to {api.Name}"))
            {
                return;
            }
        }
    }

    // Loads the bank for the given time and until the condition holds and enough requests are acknowledged.
    private static RunReport Measure(CampaignRun run, Bank bank, TimeSpan time, Func<bool> isReached)
    {
        LoadWatch? watch = null;
        using var load = new BackgroundLoad(
            bank.Front, BackgroundLoad.Endless(Rate, Connections, run.Seed), log => watch = new LoadWatch(log));
        Thread.Sleep(time);
        _ = Wait.For(() => isReached() && watch!.Acknowledged >= ShortAnswers);
        run.Check(watch!.Acknowledged >= ShortAnswers, () => $"only {watch.Acknowledged} requests were acknowledged");
        return load.Stop();
    }

    private static string Failures(params RunReport[] reports) =>
        string.Join(", ", reports.SelectMany(report => report.Failures).Select(
            failure => $"{failure.Count} requests failed: {failure.Kind} {failure.Example}"));

    // nginx's active connections, including the one that this request uses. At layer 4 each is one to an API.
    private static int ActiveClients(Bank bank)
    {
        if (bank.IsLayer4)
        {
            return bank.Apis.Sum(bank.ConnectionsOf);
        }

        var answer = RawAnswer.Ask(bank.Front, "GET", "/nginx_status");
        return answer.Body.Split(' ') is ["Active", "connections:", var count, ..]
            ? int.Parse(count, CultureInfo.InvariantCulture)
            : int.MaxValue;
    }

    private static int OpenFiles(Bank bank) => bank.Apis.Sum(api => api.Descriptors);
}
