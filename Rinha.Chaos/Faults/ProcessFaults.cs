namespace Rinha.Chaos.Faults;

/// <summary>Processes that are killed, ended or restarted, and clocks that are turned.</summary>
internal static class ProcessFaults
{
    public const string UntilUsed = "until nginx uses it again";
    public const string UntilAllAnswer = "until all answer again";
    public const string UntilEnd = "from signal to end";

    private const string TimeKey = "\"data_extrato\":\"";

    private static readonly TimeSpan s_absenceMax = TimeSpan.FromSeconds(1);
    private static readonly long[] s_offsetsSeconds = [-3_600, 86_400, 0];
    private static readonly TimeSpan s_clockTolerance = TimeSpan.FromSeconds(30);

    /// <summary>Kills one server and starts it at once; nginx soon gives the new one work.</summary>
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
            _ => [.. scene.Bank.Apis, scene.Bank.Nginx],
        });
        scene.Bank.Start();
    }

    /// <summary>Who sends again under a key knows in the end what became of everything.</summary>
    public static void CheckSentAgain(Scene scene)
    {
        var (run, log, summary) = (scene.Run, scene.Loaded.Log, scene.Report.Summary);
        run.Check(summary.Failed == 0, () => $"{summary.Failed} requests failed in the end");
        run.Check(log.Unknown.Count == 0, () => $"nobody knows about {log.Unknown.Count} transactions");
        run.Measured(
            $"{log.Acknowledged.Count:N0} acknowledged, {summary.Retries:N0} sent again, {summary.Failed:N0} failed");
    }

    /// <summary>Ends both servers with SIGTERM, one after the other: an update of the program.</summary>
    public static void Roll(Scene scene)
    {
        foreach (var api in scene.Bank.Apis)
        {
            var absence = Stopwatch.StartNew();
            api.Signal(Signal.Terminate);
            var hasEnded = api.WaitForEnd(out var exitCode);
            scene.Spread(UntilEnd).Add(absence.Elapsed);
            scene.Run.Check(
                hasEnded && exitCode == 0, () => $"{api.Name} has ended: {hasEnded}, with {exitCode}: {api.Log}");
            StartAndAwaitWork(scene, api, absence);
            scene.Loaded.AwaitAcknowledged(BankUnderLoad.Connections);
        }
    }

    /// <summary>Kills nginx, master and worker; every second time lets it read its configuration again instead. That
    /// costs at most what a client sends in the very moment in which nginx closes its idle connection (HTTP/1.1 leaves
    /// that open, RFC 9112 §9.5), and no other answer.</summary>
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
        ProcessIdentity.Of(nginx.ProcessId).Send(Signal.HangUp);
        Wait.Until(() => nginx.Children is { Length: > 0 } now && !now.Intersect(before).Any(),
            () => "nginx keeps its worker");
        scene.Loaded.AwaitAcknowledged(BankUnderLoad.Connections);
        closed = watch.CountOf(FailureKind.ClosedBeforeAnswer) - closed;
        var others = watch.FailedPosts + watch.FailedGets - failed - closed;
        scene.Run.Check(others == 0, () => $"{others} requests failed around the reload ({watch.Failures})");
        scene.Run.Check(
            closed <= BankUnderLoad.Connections, () => $"{closed} connections were closed on a request at the reload");
        scene.Counted += closed;
    }

    /// <summary>Turns the servers' wall clocks an hour back, then a day forward, then right again. Statements stay in
    /// the order of the commits, and nothing times out.</summary>
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
                var shown = TimeOf(scene.Loaded.Probes.Statement(api).Answer);
                var off = shown - DateTimeOffset.UtcNow - TimeSpan.FromSeconds(offsetSeconds);
                scene.Run.Check(
                    off is { } one && one.Duration() < s_clockTolerance,
                    () => $"{api.Name} shows {shown:O} when its clock is {offsetSeconds} s ahead");
            }

            Thread.Sleep(scene.Random.Next(200, 500));
        }
    }

    private static void Kill(IReadOnlyList<BankProcess> processes)
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

    private static DateTimeOffset? TimeOf(RawAnswer answer)
    {
        var start = answer.Body.IndexOf(TimeKey, StringComparison.Ordinal) + TimeKey.Length;
        var end = answer.Body.IndexOf('"', Math.Min(start, answer.Body.Length));
        return end > start && DateTimeOffset.TryParse(
            answer.Body.AsSpan(start, end - start), CultureInfo.InvariantCulture, out var time) ? time : null;
    }
}
