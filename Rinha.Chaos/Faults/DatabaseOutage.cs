using System.Collections.Concurrent;

namespace Rinha.Chaos.Faults;

// Takes the database away under load and brings it back. During the outage every request is answered in time, with 503
// at worst, and the answer says correctly whether to retry. Afterwards the servers recover by themselves.
internal static class DatabaseOutage
{
    public const string UntilBothAnswer = "from the database's return until both answer";

    private const string Answers = "answers";

    // Longer than the servers' own timeout of 6 s.
    private static readonly (int Min, int Max) s_silentMs = (6_500, 12_000);
    private static readonly (int Min, int Max) s_refusedMs = (500, 3_000);

    // nginx answers 504 after this.
    private static readonly TimeSpan s_answerMax = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan s_recoveryMax = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(10);

    public static void Kill(FaultContext context) => ProbeThrough(context, () =>
    {
        context.Postgres.Kill();
        Thread.Sleep(context.Random.Next(50, 500));
        context.Postgres.Start();
    });

    public static void Restart(FaultContext context) => ProbeThrough(context, context.Postgres.Restart);

    // Cuts the servers off from PostgreSQL, in rotation: refuses connections for a while, black-holes traffic for
    // longer than the servers' timeout, or resets every connection once.
    public static void Cut(FaultContext context)
    {
        void For(Action cut, (int Min, int Max) ms) => ProbeThrough(context, () =>
        {
            cut();
            Thread.Sleep(context.Random.Next(ms.Min, ms.Max));
            context.Relay.Restore();
        });

        switch (context.Index % 3)
        {
            case 0:
                For(context.Relay.Refuse, s_refusedMs);
                break;
            case 1:
                For(context.Relay.Blackhole, s_silentMs);
                break;
            default:
                ProbeThrough(context, context.Relay.Drop, expectsFailures: false); // An idle server just reconnects.
                break;
        }
    }

    // Restarts or kills PostgreSQL, a server, or both. No probes: the clients retry.
    public static void KillAny(FaultContext context)
    {
        if (context.Index % 2 == 1)
        {
            context.PickApi().Kill();
        }

        switch (context.Index % 4)
        {
            case 0:
                context.Postgres.Restart();
                break;
            case 2 or 3:
                context.Postgres.Kill();
                context.Postgres.Start();
                break;
        }

        context.Bank.Start();
    }

    public static void CheckAll(FaultContext context)
    {
        var (log, watch) = (context.Log, context.Watch);
        var others = watch.CountOfOthers(503);
        context.Run.Check(others == 0, () => $"{others} requests failed without a 503: {watch.Failures}");
        context.Run.AddResult($"{log.Acknowledged:N0} acknowledged, {log.Unavailable:N0} refused with 503, "
            + $"{log.Unknown:N0} of unknown outcome");
    }

    public static string LongestWait(FaultContext context) =>
        $"longest wait for an answer: {context.DurationsOf(Answers).Longest.TotalSeconds:F2} s";

    // Probes both servers before, during and after the outage, until each answers 200. outage returns when the database
    // is back.
    public static void ProbeThrough(FaultContext context, Action outage, bool expectsFailures = true)
    {
        var (run, bank) = (context.Run, context.Bank);
        var answers = new ConcurrentQueue<(string What, RawAnswer Answer, TimeSpan Time)>();
        var backAtNs = long.MaxValue;
        using var started = new CountdownEvent(2 * bank.Apis.Count);

        // Probes until a request sent after the database's return gets 200; returns the time since that return.
        Task<TimeSpan> StartProbe(string what, Func<(RawAnswer, TimeSpan)> ask) => Task.Factory.StartNew(
            () =>
            {
                for (var isFirst = true; ; isFirst = false)
                {
                    var isBack = Clock.NowNs > Volatile.Read(ref backAtNs);
                    var (answer, time) = ask();
                    answers.Enqueue((what, answer, time));
                    if (isFirst)
                    {
                        started.Signal();
                    }

                    var since = TimeSpan.FromMicroseconds((Clock.NowNs - Volatile.Read(ref backAtNs)) / 1e3);
                    if (isBack && (answer.Status == 200 || since > Bank.Timeout))
                    {
                        return since;
                    }

                    Thread.Sleep(s_pause);
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

        var probes = bank.Apis.SelectMany(api => new[]
        {
            StartProbe($"a post to {api.Name}", () => context.Probes.Post(api)),
            StartProbe($"a statement from {api.Name}", () => context.Probes.Statement(api)),
        }).ToArray();
        try
        {
            _ = started.Wait(Bank.Timeout);
            outage();
        }
        finally
        {
            Volatile.Write(ref backAtNs, Clock.NowNs);
            Task.WaitAll(probes);
        }

        var recovery = probes.Max(probe => probe.Result);
        context.DurationsOf(UntilBothAnswer).Add(recovery);
        run.Check(recovery <= Bank.Timeout, () => $"no recovery within {recovery.TotalSeconds:F2} s");
        run.CheckSpeed(recovery <= s_recoveryMax, () => $"recovered only after {recovery.TotalSeconds:F2} s");
        foreach (var (what, answer, time) in answers)
        {
            Check(context, what, answer, time);
        }

        run.Check(
            answers.Any(seen => seen.Answer.Status != 200) || !expectsFailures, () => "every request succeeded");
        run.CheckAlive(bank, "after the outage");
    }

    private static void Check(FaultContext context, string what, RawAnswer answer, TimeSpan time)
    {
        context.DurationsOf(Answers).Add(time);
        context.Run.CheckSpeed(
            time <= s_answerMax, () => $"{what} got {answer.Status} after {time.TotalSeconds:F2} s");

        // A 503 with an unknown outcome must not invite a retry.
        context.Run.Check(
            answer.Status == 200 || (answer.Status == 503 && answer.Has("application/problem+json")
                && answer.Has("Retry-After: 1") != answer.IsOutcomeUnknown()),
            () => $"{what} got {answer.Head} {answer.Body}");
    }
}
