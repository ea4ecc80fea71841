namespace Rinha.Chaos.Faults;

internal static class ProcessFaults
{
    public const string UntilUsed = "until nginx uses it again";
    public const string UntilAllAnswer = "until all answer again";
    public const string UntilEnd = "from signal to end";

    private static readonly TimeSpan s_absenceMax = TimeSpan.FromSeconds(1);
    private static readonly long[] s_offsetsSeconds = [-3_600, 86_400, 0];
    private static readonly TimeSpan s_clockTolerance = TimeSpan.FromSeconds(30);

    public static void KillOne(Scene scene)
    {
        var api = scene.AnyApi();
        var absence = Stopwatch.StartNew();
        api.Kill();
        StartAndAwaitWork(scene, api, absence);
        scene.Run.CheckSpeed(
            absence.Elapsed < s_absenceMax, () => $"{api.Name} had work again after {absence.ElapsedMilliseconds} ms");
    }

    public static void KillAll(Scene scene)
    {
        if (scene.Index % 2 == 1)
        {
            scene.Bank.Kill();
        }
        else
        {
            Kill(scene.Bank.Apis);
        }

        var restart = Stopwatch.StartNew();
        scene.Bank.Start();
        scene.Spread(UntilAllAnswer).Add(restart.Elapsed);
    }

    public static void KillAny(Scene scene)
    {
        Kill((scene.Index % 4) switch
        {
            0 => [scene.AnyApi()],
            1 => scene.Bank.Apis,
            2 => [scene.Bank.Nginx],
            _ => scene.Bank.Processes,
        });
        scene.Bank.Start();
    }

    public static void CheckSentAgain(Scene scene)
    {
        var (run, log, summary) = (scene.Run, scene.Log, scene.Report.Summary);
        run.Check(summary.Failed == 0, () => $"{summary.Failed} requests failed in the end");
        run.Check(log.Unknown.Count == 0, () => $"the outcome of {log.Unknown.Count} transactions is unknown");
        run.Measured(
            $"{log.Acknowledged.Count:N0} acknowledged, {summary.Retries:N0} sent again, {summary.Failed:N0} failed");
    }

    public static void Roll(Scene scene)
    {
        foreach (var api in scene.Bank.Apis)
        {
            var absence = Stopwatch.StartNew();
            api.Identity.Send(Signal.Terminate);
            var hasEnded = api.WaitForEnd(out var exitCode);
            scene.Spread(UntilEnd).Add(absence.Elapsed);
            scene.Run.Check(
                hasEnded && exitCode == 0, () => $"{api.Name} has ended: {hasEnded}, with {exitCode}: {api.Log}");
            StartAndAwaitWork(scene, api, absence);
            scene.AwaitAcknowledged(Scene.Connections);
        }
    }

    // Kills nginx, master and worker; every second time lets it read its configuration again instead. That costs at
    // most what a client sends in the very moment in which nginx closes its idle connection (HTTP/1.1 leaves that open,
    // RFC 9112 §9.5), and no other answer.
    public static void KillOrReloadNginx(Scene scene)
    {
        var (nginx, watch) = (scene.Bank.Nginx, scene.Watch);
        if (scene.Index % 2 == 0)
        {
            nginx.Kill();
            scene.Bank.Start();
            return;
        }

        var failed = watch.FailedPosts + watch.FailedGets;
        var closed = watch.CountOf(FailureKind.ClosedBeforeAnswer);
        var before = nginx.Children;
        nginx.Identity.Send(Signal.HangUp);
        Wait.Until(
            () => nginx.Children is { Length: > 0 } now && !now.Intersect(before).Any(),
            () => "nginx keeps its worker");
        scene.AwaitAcknowledged(Scene.Connections);
        closed = watch.CountOf(FailureKind.ClosedBeforeAnswer) - closed;
        var others = watch.FailedPosts + watch.FailedGets - failed - closed;
        scene.Run.Check(others == 0, () => $"{others} requests failed around the reload ({watch.Failures})");
        scene.Run.Check(
            closed <= Scene.Connections, () => $"{closed} connections were closed on a request at the reload");
        scene.Counted += closed;
    }

    // Turns the servers' wall clocks an hour back, then a day forward, then right again. Statements stay in the order
    // of the commits, and nothing times out.
    public static void TurnClocks(Scene scene)
    {
        var bank = scene.Bank;
        foreach (var offsetSeconds in s_offsetsSeconds)
        {
            // Not both at the same moment: for a while they disagree.
            foreach (var api in scene.Random.Next(2) == 0 ? bank.Apis : bank.Apis.Reverse())
            {
                Thread.Sleep(scene.Random.Next(50, 300));
                bank.Faults[bank.Apis[0] == api ? 0 : 1].ClockOffsetSeconds = offsetSeconds;
                var shown = TimeOf(scene.Probes.Statement(api).Answer);
                var off = shown - DateTimeOffset.UtcNow - TimeSpan.FromSeconds(offsetSeconds);
                scene.Run.Check(
                    off is { } one && one.Duration() < s_clockTolerance,
                    () => $"{api.Name} shows {shown:O} when its clock is {offsetSeconds} s ahead");
            }

            Thread.Sleep(scene.Random.Next(200, 500));
        }
    }

    private static void Kill(IEnumerable<BankProcess> processes)
    {
        foreach (var process in processes)
        {
            process.Kill();
        }
    }

    private static void StartAndAwaitWork(Scene scene, BankProcess api, Stopwatch absence)
    {
        api.Start();
        Wait.Until(() => scene.Bank.ConnectionsOf(api) > 0, () => $"{api.Name} gets no work again: {api.Log}");
        scene.Spread(UntilUsed).Add(absence.Elapsed);
    }

    private static DateTimeOffset? TimeOf(RawAnswer answer) =>
        answer.Body.Split("\"data_extrato\":\"") is [_, var rest, ..]
            && DateTimeOffset.TryParse(rest.Split('"')[0], CultureInfo.InvariantCulture, out var time)
                ? time
                : null;
}

// Lets a server die between two steps of its work. What was acknowledged is there exactly once, what was not is there
// whole or not at all.
internal static class PointFaults
{
    // How often each point is passed before it counts, at most: some tenths of a second of the load, or all the places
    // of a checkpoint.
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
        // Either may checkpoint next, and does it for both.
        var first = scene.Random.Next(bank.Apis.Count);
        var armed = point == FaultPoint.InCheckpoint ? [.. bank.Faults] : new List<FaultControl> { bank.Faults[first] };
        var before = armed.Sum(fault => fault.Hits);
        int Hits() => armed.Sum(fault => fault.Hits) - before;
        armed.ForEach(fault => fault.Arm(point, countdown, FaultAction.Kill));
        Wait.Until(
            () => armed.Exists(fault => !fault.IsArmed), () => $"no server has come to {point} {countdown} times");
        armed.ForEach(fault => fault.Disarm());

        // Both may have come there.
        Wait.Until(
            () => bank.Apis.Count(api => !api.IsAlive) is > 0 and var dead && dead == Hits(),
            () => $"{Hits()} should have died at {point}");
        // In most of these places the dead one has left the gate or SQLite's lock closed behind it.
        scene.HasSurvivor = bank.Apis.Any(api => api.IsAlive);
        bank.Start();
    }
}

// Stops a server that is inside the gate, for shorter than the other one waits or until it has given up. The other then
// goes on, or says that it cannot; statements it gives all the while.
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
        var post = Task.Run(() => scene.Probes.Post(other));
        try
        {
            ReadStatements(scene, other, isLong ? () => post.IsCompleted : () => Since(stoppedAtNs) >= s_shortStop);
            run.Check(post.IsCompleted == isLong, () => $"the other's answer has come: {post.IsCompleted}, at {point}");
        }
        finally
        {
            stopped.Identity.Send(Signal.Continue);
        }

        var (answer, time) = post.Result;
        if (isLong)
        {
            var stalled = TimeSpan.FromMicroseconds(scene.Stalls.StalledNs(stoppedAtNs, Clock.NowNs) / 1e3);
            scene.Spread(Refusals).Add(time);
            run.Check(
                answer.Status == 503 && answer.Has("Retry-After:"),
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
            var (next, nextTime) = scene.Probes.Post(api);
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
            var (answer, time) = scene.Probes.Statement(api, scene.Random.Next(1, 6));
            scene.Spread(Statements).Add(time);
            CheckAnswer(scene.Run, answer, time, s_promptMax, $"to a statement, {api.Name}");
            Thread.Sleep(s_statementPause);
        }
    }
}
