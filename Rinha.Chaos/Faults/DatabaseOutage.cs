using System.Collections.Concurrent;

namespace Rinha.Chaos.Faults;

// The database goes away and comes back under load. Meanwhile every client gets an answer in time, which is 503 at
// worst and says truly whether the request may be sent again; soon afterwards all is well, without anybody's help.
internal static class DatabaseOutage
{
    public const string UntilBothAnswer = "from the database's return until both answer again";

    private const string Answers = "answers";

    // The servers wait for 6 s.
    private static readonly (int Min, int Max) s_silentMs = (6_500, 12_000);
    private static readonly (int Min, int Max) s_refusedMs = (500, 3_000);

    // As long as nginx waits for an answer: after that a client is told 504.
    private static readonly TimeSpan s_answerMax = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan s_recoveryMax = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(10);

    public static void Kill(Scene scene) => Endure(scene, () =>
    {
        scene.Postgres.Kill();
        Thread.Sleep(scene.Random.Next(50, 500));
        scene.Postgres.Start();
    });

    public static void Restart(Scene scene) => Endure(scene, scene.Postgres.Restart);

    // Cuts the connections to PostgreSQL: they are refused for a while, nothing arrives for longer than the servers
    // wait for an answer, or every connection is reset once.
    public static void Cut(Scene scene)
    {
        void For(Action cut, (int Min, int Max) ms) => Endure(scene, () =>
        {
            cut();
            Thread.Sleep(scene.Random.Next(ms.Min, ms.Max));
            scene.Relay.Restore();
        });

        switch (scene.Index % 3)
        {
            case 0:
                For(scene.Relay.Refuse, s_refusedMs);
                break;
            case 1:
                For(scene.Relay.Silence, s_silentMs);
                break;
            default:
                Endure(scene, scene.Relay.Drop, isFelt: false); // A server with nothing under way reconnects.
                break;
        }
    }

    // Restarts or kills PostgreSQL, a server, or both; not watched, for clients that send again.
    public static void KillAny(Scene scene)
    {
        if (scene.Index % 2 == 1)
        {
            scene.AnyApi().Kill();
        }

        switch (scene.Index % 4)
        {
            case 0:
                scene.Postgres.Restart();
                break;
            case 2 or 3:
                scene.Postgres.Kill();
                scene.Postgres.Start();
                break;
        }

        scene.Bank.Start();
    }

    public static void CheckAll(Scene scene)
    {
        var (log, watch) = (scene.Log, scene.Watch);
        var others = watch.CountOfOthers(503);
        scene.Run.Check(others == 0, () => $"{others} requests failed otherwise than with 503: {watch.Failures}");
        scene.Run.Measured($"{log.Acknowledged.Count:N0} acknowledged, {log.Unavailable.Count:N0} refused with 503, "
            + $"{log.Unknown.Count:N0} of unknown outcome");
    }

    public static string LongestWait(Scene scene) =>
        $"longest wait for an answer: {scene.Spread(Answers).Longest.TotalSeconds:F2} s";

    // Asks both servers from before the outage, which returns when the database is back, until all is well again.
    private static void Endure(Scene scene, Action outage, bool isFelt = true)
    {
        var (run, bank) = (scene.Run, scene.Bank);
        var answers = new ConcurrentQueue<(string What, RawAnswer Answer, TimeSpan Time)>();
        var backAtNs = long.MaxValue;
        using var asking = new CountdownEvent(2 * bank.Apis.Count);

        // Until one that was asked after the database's return is answered well; says how long after the return.
        Task<TimeSpan> Begin(string what, Func<(RawAnswer, TimeSpan)> ask) => Task.Factory.StartNew(
            () =>
            {
                for (var isFirst = true; ; isFirst = false)
                {
                    var isBack = Clock.NowNs > Volatile.Read(ref backAtNs);
                    var (answer, time) = ask();
                    answers.Enqueue((what, answer, time));
                    if (isFirst)
                    {
                        asking.Signal();
                    }

                    var since = TimeSpan.FromMicroseconds((Clock.NowNs - Volatile.Read(ref backAtNs)) / 1e3);
                    if (isBack && (answer.Status == 200 || since > Bank.Patience))
                    {
                        return since;
                    }

                    Thread.Sleep(s_pause);
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

        var askers = bank.Apis.SelectMany(api => new[]
        {
            Begin($"{api.Name} to a post", () => scene.Probes.Post(api)),
            Begin($"{api.Name} to a statement", () => scene.Probes.Statement(api)),
        }).ToArray();
        try
        {
            _ = asking.Wait(Bank.Patience);
            outage();
        }
        finally
        {
            Volatile.Write(ref backAtNs, Clock.NowNs);
            Task.WaitAll(askers);
        }

        var recovery = askers.Max(asker => asker.Result);
        scene.Spread(UntilBothAnswer).Add(recovery);
        run.Check(recovery <= Bank.Patience, () => $"not well even after {recovery.TotalSeconds:F2} s");
        run.CheckSpeed(recovery <= s_recoveryMax, () => $"all is well only after {recovery.TotalSeconds:F2} s");
        foreach (var (what, answer, time) in answers)
        {
            Check(scene, what, answer, time);
        }

        run.Check(answers.Any(seen => seen.Answer.Status != 200) || !isFelt, () => "no request has noticed it");
        run.CheckAlive(bank, "after the outage");
    }

    private static void Check(Scene scene, string what, RawAnswer answer, TimeSpan time)
    {
        scene.Spread(Answers).Add(time);
        scene.Run.CheckSpeed(
            time <= s_answerMax, () => $"{what} answers {answer.Status} after {time.TotalSeconds:F2} s");

        // What may have been posted must not be sent again without a key.
        scene.Run.Check(
            answer.Status == 200 || (answer.Status == 503 && answer.Has("application/problem+json")
                && answer.Has("Retry-After: 1") != answer.IsOutcomeUnknown()),
            () => $"{what} answers {answer.Head} {answer.Body}");
    }
}
