namespace Rinha.Chaos.Faults;

internal static class ProcessFaults
{
    public const string UntilUsed = "until nginx uses it again";
    public const string UntilAllAnswer = "until all answer again";
    public const string UntilEnd = "from signal to end";

    private static readonly TimeSpan s_downtimeMax = TimeSpan.FromSeconds(1);
    private static readonly long[] s_offsetsSeconds = [-3_600, 86_400, 0];
    private static readonly TimeSpan s_clockTolerance = TimeSpan.FromSeconds(30);

    public static void KillOne(FaultContext context)
    {
        // At layer 4 clients stay with an API until it dies.
        var bank = context.Bank;
        var api = bank.IsLayer4 ? bank.Apis.MaxBy(bank.ConnectionsOf)! : context.PickApi();
        var downtime = Stopwatch.StartNew();
        api.Kill();
        StartAndAwaitWork(context, api, downtime);
        context.Run.CheckSpeed(
            downtime.Elapsed < s_downtimeMax, () => $"{api.Name} was down for {downtime.ElapsedMilliseconds} ms");
    }

    public static void KillAll(FaultContext context)
    {
        if (context.Index % 2 == 1)
        {
            context.Bank.Kill();
        }
        else
        {
            Kill(context.Bank.Apis);
        }

        var restart = Stopwatch.StartNew();
        context.Bank.Start();
        context.DurationsOf(UntilAllAnswer).Add(restart.Elapsed);
    }

    public static void KillAny(FaultContext context)
    {
        Kill((context.Index % 4) switch
        {
            0 => [context.PickApi()],
            1 => context.Bank.Apis,
            2 => [context.Bank.Nginx],
            _ => context.Bank.Processes,
        });
        context.Bank.Start();
    }

    public static void CheckSentAgain(FaultContext context)
    {
        var (run, log, summary) = (context.Run, context.Log, context.Report.Summary);
        run.Check(summary.Failed == 0, () => $"{summary.Failed} requests failed despite retries");
        run.Check(log.Unknown == 0, () => $"the outcome of {log.Unknown} transactions is unknown");
        run.AddResult(
            $"{log.Acknowledged:N0} acknowledged, {summary.Retries:N0} retries, {summary.Failed:N0} failed");
    }

    public static void RollingRestart(FaultContext context)
    {
        foreach (var api in context.Bank.Apis)
        {
            var downtime = Stopwatch.StartNew();
            api.Identity.Send(Signal.Terminate);
            var hasEnded = api.WaitForEnd(out var exitCode);
            context.DurationsOf(UntilEnd).Add(downtime.Elapsed);
            context.Run.Check(
                hasEnded && exitCode == 0, () => $"{api.Name} exited: {hasEnded}, exit code {exitCode}: {api.Log}");
            StartAndAwaitWork(context, api, downtime);
            context.AwaitAcknowledged(FaultContext.Connections);
        }
    }

    // Kills nginx, master and worker, or in every other try reloads its configuration. A reload may fail only a request
    // sent on an idle connection that nginx is closing (RFC 9112 §9.5 permits the race).
    public static void KillOrReloadNginx(FaultContext context)
    {
        var (nginx, watch) = (context.Bank.Nginx, context.Watch);
        if (context.Index % 2 == 0)
        {
            nginx.Kill();
            context.Bank.Start();
            return;
        }

        var failed = watch.FailedPosts + watch.FailedGets;
        var closed = watch.CountOf(FailureKind.ClosedBeforeAnswer);
        var before = nginx.Children;
        nginx.Identity.Send(Signal.HangUp);
        // At layer 4 the old worker stays as long as its clients.
        Wait.Until(
            () => nginx.Children.Except(before).Any()
                && (context.Bank.IsLayer4 || !nginx.Children.Intersect(before).Any()),
            () => "nginx did not replace its worker");
        context.AwaitAcknowledged(FaultContext.Connections);
        closed = watch.CountOf(FailureKind.ClosedBeforeAnswer) - closed;
        var others = watch.FailedPosts + watch.FailedGets - failed - closed;
        context.Run.Check(others == 0, () => $"{others} requests failed around the reload ({watch.Failures})");
        context.Run.Check(
            closed <= FaultContext.Connections, () => $"the reload closed {closed} connections with open requests");
        context.Tally += closed;
    }

    // Sets the servers' wall clocks back an hour, then forward a day, then to the right time. Statements must stay in
    // commit order, and no request may time out.
    public static void ShiftClocks(FaultContext context)
    {
        var bank = context.Bank;
        foreach (var offsetSeconds in s_offsetsSeconds)
        {
            // One after the other, so that the two clocks disagree for a while.
            foreach (var api in context.Random.Next(2) == 0 ? bank.Apis : bank.Apis.Reverse())
            {
                Thread.Sleep(context.Random.Next(50, 300));
                bank.Faults[bank.Apis[0] == api ? 0 : 1].ClockOffsetSeconds = offsetSeconds;
                var shown = TimeOf(context.Probes.Statement(api).Answer);
                var off = shown - DateTimeOffset.UtcNow - TimeSpan.FromSeconds(offsetSeconds);
                context.Run.Check(
                    off is { } difference && difference.Duration() < s_clockTolerance,
                    () => $"{api.Name} shows {shown:O} when its clock is {offsetSeconds} s ahead");
            }

            Thread.Sleep(context.Random.Next(200, 500));
        }
    }

    private static void Kill(IEnumerable<BankProcess> processes)
    {
        foreach (var process in processes)
        {
            process.Kill();
        }
    }

    private static void StartAndAwaitWork(FaultContext context, BankProcess api, Stopwatch downtime)
    {
        api.Start();
        if (context.Bank.IsLayer4)
        {
            context.Bank.AwaitAnswer(api); // Clients keep their connections to the other.
            return;
        }

        Wait.Until(() => context.Bank.ConnectionsOf(api) > 0, () => $"nginx does not use {api.Name} again: {api.Log}");
        context.DurationsOf(UntilUsed).Add(downtime.Elapsed);
    }

    private static DateTimeOffset? TimeOf(RawAnswer answer) =>
        answer.Body.Split("\"data_extrato\":\"") is [_, var rest, ..]
            && DateTimeOffset.TryParse(rest.Split('"')[0], CultureInfo.InvariantCulture, out var time)
                ? time
                : null;
}

// Kills a server between two steps of its work. An acknowledged transaction is in the ledger exactly once; any other is
// there whole or not at all.
internal static class PointFaults
{
    // CountdownMax bounds how many passes to skip: a few tenths of a second of load, or every step of a checkpoint.
    public static readonly IReadOnlyList<(FaultPoint Point, int CountdownMax)> All =
    [
        (FaultPoint.AfterBegin, 50),
        (FaultPoint.AfterUpdate, 200),
        (FaultPoint.AfterCommit, 50),
        (FaultPoint.BeforeBegin, 50),
        (FaultPoint.InCheckpoint, 8),
    ];

    public static void Kill(FaultContext context, FaultPoint point, int countdownMax)
    {
        var bank = context.Bank;
        var countdown = context.Random.Next(1, countdownMax + 1);
        // Either server may run the next checkpoint.
        var first = context.Random.Next(bank.Apis.Count);
        var armed = point == FaultPoint.InCheckpoint ? [.. bank.Faults] : new List<FaultControl> { bank.Faults[first] };
        var before = armed.Sum(fault => fault.Hits);
        int Hits() => armed.Sum(fault => fault.Hits) - before;
        armed.ForEach(fault => fault.Arm(point, countdown, FaultAction.Kill));
        Wait.Until(
            () => armed.Exists(fault => !fault.IsArmed), () => $"no server passed {point} {countdown} times");
        armed.ForEach(fault => fault.Disarm());

        // Both servers may have hit the point.
        Wait.Until(
            () => bank.Apis.Count(api => !api.IsAlive) is > 0 and var dead && dead == Hits(),
            () => $"expected {Hits()} servers to die at {point}");
        context.HasSurvivor = bank.Apis.Any(api => api.IsAlive);
        bank.Start();
    }
}

// Freezes a server inside the gate, for less than the other's timeout or for longer than it. The other's write must
// succeed in the first case and get 503 in the second; its statements must succeed throughout.
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

    public static void Stop(FaultContext context)
    {
        var (run, bank, isLong) = (context.Run, context.Bank, context.Index % 2 == 1);
        var holder = run.Random.Next(bank.Apis.Count);
        var point = run.Random.Next(2) == 0 ? FaultPoint.BeforeBegin : FaultPoint.AfterBegin;
        var (fault, stopped, other) = (bank.Faults[holder], bank.Apis[holder], bank.Apis[1 - holder]);
        var hits = fault.Hits;
        fault.Arm(point, run.Random.Next(1, CountdownMax + 1), FaultAction.Stop);
        Wait.Until(() => fault.Hits > hits, () => $"{stopped.Name} did not reach {point}");
        var stoppedAtNs = Clock.NowNs;
        var post = Task.Run(() => context.Probes.Post(other));
        try
        {
            ReadStatements(context, other, isLong ? () => post.IsCompleted : () => Since(stoppedAtNs) >= s_shortStop);
            run.Check(post.IsCompleted == isLong, () => $"stopped at {point}: the post has ended: {post.IsCompleted}");
        }
        finally
        {
            stopped.Identity.Send(Signal.Continue);
        }

        var (answer, time) = post.Result;
        if (isLong)
        {
            var stalled = TimeSpan.FromMicroseconds(context.Stalls.StalledNs(stoppedAtNs, Clock.NowNs) / 1e3);
            context.DurationsOf(Refusals).Add(time);
            run.Check(
                answer.Status == 503 && answer.Has("Retry-After:"),
                () => $"stopped at {point}: the other server answers {answer.Status}: {answer.Head}");
            run.Check(time >= s_busyMin, () => $"{other.Name} times out after only {time.TotalSeconds:F2} s");
            run.CheckSpeed(
                time - stalled <= s_busyMax, () => $"{other.Name} times out only after {time.TotalSeconds:F2} s");
        }
        else
        {
            CheckAnswer(run, answer, time, s_shortStop + s_promptMax, $"stopped at {point}: {other.Name}");
        }

        foreach (var api in bank.Apis)
        {
            var (next, nextTime) = context.Probes.Post(api);
            CheckAnswer(run, next, nextTime, s_promptMax, $"after SIGCONT: {api.Name}");
        }
    }

    private static void CheckAnswer(CampaignRun run, RawAnswer answer, TimeSpan time, TimeSpan max, string subject)
    {
        string Late() => $"{subject} answers {answer.Status} after {time.TotalSeconds:F2} s";
        run.Check(answer.Status == 200, Late);
        run.CheckSpeed(time <= max, Late);
    }

    private static TimeSpan Since(long ns) => TimeSpan.FromMicroseconds((Clock.NowNs - ns) / 1e3);

    private static void ReadStatements(FaultContext context, BankProcess api, Func<bool> isOver)
    {
        for (var beganAtNs = Clock.NowNs; !isOver() && Since(beganAtNs) < Bank.Timeout;)
        {
            var (answer, time) = context.Probes.Statement(api, context.Random.Next(1, 6));
            context.DurationsOf(Statements).Add(time);
            CheckAnswer(context.Run, answer, time, s_promptMax, $"asked for a statement: {api.Name}");
            Thread.Sleep(s_statementPause);
        }
    }
}
