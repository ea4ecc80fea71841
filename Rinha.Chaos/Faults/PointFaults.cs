namespace Rinha.Chaos.Faults;

/// <summary>Lets a server die between two steps of its work. What was acknowledged is there exactly once, what was not
/// is there whole or not at all.</summary>
internal static class PointFaults
{
    /// <summary>How often each point is passed before it counts, at most: some tenths of a second of the load, or all
    /// the places of a checkpoint.</summary>
    public static readonly IReadOnlyList<(FaultPoint Point, int CountdownMax)> All =
    [
        (FaultPoint.AfterBegin, 50),
        (FaultPoint.AfterUpdate, 200),
        (FaultPoint.AfterCommit, 50),
        (FaultPoint.BeforeBegin, 50),
        (FaultPoint.InCheckpoint, 8),
    ];

    public static void Kill(Scene scene, FaultPoint point, int countdownMax)
    {
        var bank = scene.Bank;
        var countdown = scene.Random.Next(1, countdownMax + 1);
        // Whoever checkpoints does it for both: nobody knows who will be the next.
        var first = scene.Random.Next(bank.Apis.Count);
        var armed = point == FaultPoint.InCheckpoint ? bank.Faults : [bank.Faults[first]];
        var hits = armed.Sum(fault => fault.Hits);
        foreach (var fault in armed)
        {
            fault.Arm(point, countdown, FaultAction.Kill);
        }

        Wait.Until(() => armed.Any(fault => !fault.IsArmed),
            () => $"nobody has come to {point} {countdown} times");
        foreach (var fault in armed)
        {
            fault.Disarm();
        }

        // Both may have come there.
        Wait.Until(() => bank.Apis.Count(api => !api.IsAlive) is > 0 and var dead
                && dead == armed.Sum(fault => fault.Hits) - hits,
            () => $"{armed.Sum(fault => fault.Hits) - hits} should have died at {point}");
        // In most of these places the dead one has left the gate or SQLite's lock closed behind it.
        scene.HasSurvivor = bank.Apis.Any(api => api.IsAlive);
        bank.Start();
    }
}

/// <summary>Stops a server that is inside the gate, for shorter than the other one waits or until it has given up. The
/// other then goes on, or says that it cannot; statements it gives all the while.</summary>
internal static class StopHolder
{
    public const string Refusals = "503";
    public const string Statements = "statements meanwhile";

    private const int CountdownMax = 20;

    private static readonly TimeSpan s_shortStop = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_busyMin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_busyMax = TimeSpan.FromSeconds(5.6);
    private static readonly TimeSpan s_promptMax = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_statementPause = TimeSpan.FromMilliseconds(50);

    public static void Stop(Scene scene)
    {
        var (run, bank, isLong) = (scene.Run, scene.Bank, scene.Index % 2 == 1);
        var holder = run.Random.Next(bank.Apis.Count);
        var point = run.Random.Next(2) == 0 ? FaultPoint.BeforeBegin : FaultPoint.AfterBegin;
        var (fault, stopped, other) = (bank.Faults[holder], bank.Apis[holder], bank.Apis[1 - holder]);
        var hits = fault.Hits;
        fault.Arm(point, run.Random.Next(1, CountdownMax + 1), FaultAction.Stop);
        Wait.Until(() => fault.Hits > hits, () => $"{stopped.Name} has not come to {point}");
        var stoppedAtNs = Clock.NowNs;
        var post = Task.Run(() => scene.Loaded.Probes.Post(other));
        try
        {
            ReadStatements(scene, other, isLong ? () => post.IsCompleted : () => Since(stoppedAtNs) >= s_shortStop);
            run.Check(post.IsCompleted == isLong, () => $"the other's answer has come: {post.IsCompleted}, at {point}");
        }
        finally
        {
            stopped.Signal(Signal.Continue);
        }

        var (answer, time) = post.Result;
        if (isLong)
        {
            var stalled = TimeSpan.FromMicroseconds(scene.Stalls.StalledNs(stoppedAtNs, Clock.NowNs) / 1e3);
            scene.Spread(Refusals).Add(time);
            run.Check(
                answer.Status == 503 && answer.Head.Contains("Retry-After:", StringComparison.OrdinalIgnoreCase),
                () => $"stopped at {point}, the other answers {answer.Status}: {answer.Head}");
            run.Check(time >= s_busyMin, () => $"the other gives up after {time.TotalSeconds:F2} s");
            run.CheckSpeed(
                time - stalled <= s_busyMax, () => $"the other gives up only after {time.TotalSeconds:F2} s");
        }
        else
        {
            CheckAnswer(run, answer, time, s_shortStop + s_promptMax, $"the other, stopped at {point},");
        }

        foreach (var api in bank.Apis)
        {
            var (next, nextTime) = scene.Loaded.Probes.Post(api);
            CheckAnswer(run, next, nextTime, s_promptMax, $"when all go on, {api.Name}");
        }
    }

    private static void CheckAnswer(CampaignRun run, RawAnswer answer, TimeSpan time, TimeSpan most, string who)
    {
        string Late() => $"{who} answers {answer.Status} after {time.TotalSeconds:F2} s";
        run.Check(answer.Status == 200, Late);
        run.CheckSpeed(time <= most, Late);
    }

    private static TimeSpan Since(long ns) => TimeSpan.FromMicroseconds((Clock.NowNs - ns) / 1e3);

    private static void ReadStatements(Scene scene, BankProcess api, Func<bool> isOver)
    {
        for (var beganAtNs = Clock.NowNs; !isOver() && Since(beganAtNs) < Bank.Patience;)
        {
            var (answer, time) = scene.Loaded.Probes.Statement(api, scene.Random.Next(1, 6));
            scene.Spread(Statements).Add(time);
            CheckAnswer(scene.Run, answer, time, s_promptMax, $"to a statement, {api.Name}");
            Thread.Sleep(s_statementPause);
        }
    }
}
