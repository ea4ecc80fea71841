using Rinha.LoadTest.Stats;
using Rinha.Stack.Cgroups;

namespace Rinha.Chaos.Abuse;

// Misuses the bank while normal clients go on: they are served, all of them, inside the memory that there is, in the
// full form nearly as fast as before, and afterwards nothing is left open.
internal static class AbuseCampaign
{
    private const double Rate = 1_000;
    private const int Connections = 16;
    private const double SlowdownMax = 3;
    private const double BaselineSecondsMin = 0.002; // Three times less than that would be noise.
    private const int Attempts = 3; // Noise of the machine is not there each time.
    private const int ShortAnswers = 1_000;
    private const int DirectPosts = 20;
    private const int LeftOpenMax = 600; // nginx keeps up to 512 connections to the APIs for later (nginx.conf).

    public static void Run(CampaignRun run)
    {
        using var bank = new Bank(run);
        bank.Start();
        _ = Measure(run, bank, TimeSpan.Zero, () => true); // Warms up.
        var workers = bank.Nginx.Children;
        foreach (var kind in AttackKinds.All)
        {
            Try(run, bank, kind);
            run.CheckAlive(bank, kind.Name);
            run.Check(
                bank.Nginx.Children.SequenceEqual(workers),
                () => $"{kind.Name}: nginx has another worker: {bank.Nginx.Log}");
            run.Tried();
        }

        var cgroup = run.Setting.Cgroup is { } name ? StackCgroup.Locate(name) : null;
        foreach (var process in bank.Processes)
        {
            var (peak, limit) = (cgroup?.MemoryPeakOf(process.Name) ?? 0, cgroup?.MemoryLimitOf(process.Name) ?? 0);
            run.Check(peak <= limit, () => $"{process.Name}: {peak} of {limit} bytes");
            run.Measured($"{process.Name}: at most {peak / 1048576.0:F0} of {limit / 1048576.0:F0} MB");
        }

        run.Check(
            !bank.Nginx.Log.Contains("worker_connections are not enough", StringComparison.Ordinal),
            () => "nginx ran out of connections");
        LedgerCheck.CheckClients(run, bank.Ledger);
    }

    private static void Try(CampaignRun run, Bank bank, AttackKind kind)
    {
        // In the short form the number of answers ends the measurement: their speed is not judged.
        var isShort = run.Setting.IsShort;
        var (calm, under) = (TimeSpan.FromSeconds(isShort ? 0 : 5), TimeSpan.FromSeconds(isShort ? 0 : 15));
        for (var attempt = 1; ; attempt++)
        {
            var before = Measure(run, bank, calm, () => true);
            var openBefore = OpenFiles(bank);
            using var attack = kind.Make(bank);
            attack.Start();
            if (kind.Starves is { } starved && Wait.For(() => attack.IsUnderWay))
            {
                CheckDirect(run, bank, starved(bank), kind.Name);
            }

            var during = Measure(run, bank, under, () => attack.IsUnderWay);
            var complaint = attack.Stop();
            var (calmP99, p99) = (before.Latency.P99, during.Latency.P99);
            var p99Max = Math.Max(kind.P99SecondsMax, SlowdownMax * Math.Max(calmP99, BaselineSecondsMin));
            var isFast = kind.Overloads || p99 <= p99Max;
            if (!isFast && !isShort && attempt < Attempts)
            {
                continue;
            }

            string Says(string what) => $"{kind.Name} ({attack.Done}): {what}";
            run.CheckSpeed(isFast, () => Says($"p99 {p99 * 1000:F1} ms, {calmP99 * 1000:F1} ms without"));
            run.Check(
                kind.Overloads || before.Summary.Failed + during.Summary.Failed == 0, () => Says(Failures(during)));
            run.Check(complaint is null, () => Says(complaint!));
            run.Check(attack.IsUnderWay, () => Says("not all of it could be tried"));
            run.Check(
                Wait.For(() => ActiveClients(bank) <= 2 && OpenFiles(bank) <= openBefore + LeftOpenMax),
                () => Says($"{ActiveClients(bank)} clients and {OpenFiles(bank)} files open, {openBefore} before"));
            run.Measured($"{kind.Name}: p99 {calmP99 * 1000:F1} → {p99 * 1000:F1} ms; {attack.Done}");
            return;
        }
    }

    // A client that floods one API past nginx must not keep other clients waiting.
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

    // For a time, and until enough was answered; not longer than anything may take.
    private static RunReport Measure(CampaignRun run, Bank bank, TimeSpan time, Func<bool> isUnderWay)
    {
        LoadWatch? watch = null;
        using var load = new BackgroundLoad(
            bank.Front, BackgroundLoad.Endless(Rate, Connections, run.Seed), log => watch = new LoadWatch(log));
        Thread.Sleep(time);
        _ = Wait.For(() => isUnderWay() && watch!.Acknowledged >= ShortAnswers);
        run.Check(watch!.Acknowledged >= ShortAnswers, () => $"only {watch.Acknowledged} were answered");
        return load.Stop();
    }

    private static string Failures(RunReport report) =>
        string.Join(", ", report.Failures.Select(one => $"{one.Count} requests failed: {one.Kind} {one.Example}"));

    // Those that nginx has at this moment, the one that asks among them.
    private static int ActiveClients(Bank bank)
    {
        var answer = RawAnswer.Ask(bank.Front, "GET", "/nginx_status");
        return answer.Body.Split(' ') is ["Active", "connections:", var count, ..]
            ? int.Parse(count, CultureInfo.InvariantCulture)
            : int.MaxValue;
    }

    private static int OpenFiles(Bank bank) => bank.Apis.Sum(api => api.Descriptors);
}
