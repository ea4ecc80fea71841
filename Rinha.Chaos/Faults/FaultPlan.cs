namespace Rinha.Chaos.Faults;

// A fault that is made again and again, at random moments under load, and what must hold: after each the bank serves
// again, with no more help than a start of what has died, and no more has failed than the fault itself costs. At the
// end the oracle holds the ledger against all that was answered.
internal sealed record FaultPlan(Action<Scene> Make)
{
    public const string Gap = "gap";

    // Where its ledger is, in the campaign's directory, when the campaign has several plans.
    public string? Directory { get; init; }
    public double Rate { get; init; } = 2_000; // Requests per second.
    public bool IsPastNginx { get; init; } // Whether each server gets a separate load, past nginx.
    public bool HasKeys { get; init; } // Whether clients retry failed requests under their keys.
    public bool HasFaultLibrary { get; init; } // Whether the fault library is loaded into both APIs.
    public string Synchronous { get; init; } = "NORMAL"; // RINHA_SYNCHRONOUS: NORMAL or FULL.

    public bool IsOnPostgres { get; init; }
    public bool HasRelay { get; init; } // Whether the servers get to PostgreSQL over a relay, which can be cut.

    // How long the load goes on before each fault, at least and at most.
    public (int Min, int Max) PauseMs { get; init; } = (100, 400);

    // How many more transactions must be acknowledged after each fault: the bank serves again.
    public int AcknowledgedAfter { get; init; } = 1;

    // How many requests may fail around each fault; otherwise they are not counted.
    public (int Posts, int Gets)? FailedMax { get; init; }
    public TimeSpan? GapMax { get; init; } // The longest time without an acknowledged transaction, in the full form.
    public Action<Scene>? AtEnd { get; init; } // What more must hold, and be said, at the end.
    public Func<Scene, string>? Figure { get; init; } // The first of the figures, before the durations.
    public IReadOnlyList<string> Durations { get; init; } = []; // Which of the durations noted are among the figures.

    public Func<Scene, string>? LastFigure { get; init; }

    // A campaign of one plan, or of several that share its number of times.
    public static Action<CampaignRun> UnderLoad(params FaultPlan[] plans) =>
        run => Array.ForEach(plans, plan => plan.Run(run, run.Times / plans.Length));

    public static string AcknowledgedAndFailed(Scene scene) =>
        $"{scene.Acknowledged} acknowledged; failed: {scene.Watch.Failures}";

    public void Run(CampaignRun run, int times)
    {
        using var scene = new Scene(run, this);
        for (scene.Index = 0; scene.Index < times; scene.Index++)
        {
            Thread.Sleep(run.Random.Next(PauseMs.Min, PauseMs.Max));
            Try(scene);
            run.Tried();
        }

        scene.Finish();
        AtEnd?.Invoke(scene);
        IEnumerable<string?> figures =
        [
            Figure?.Invoke(scene), .. Durations.Select(name => $"{name}: {scene.Spread(name)}"),
            LastFigure?.Invoke(scene),
        ];
        figures.OfType<string>().ToList().ForEach(run.Measured);
    }

    private void Try(Scene scene)
    {
        var (run, watch) = (scene.Run, scene.Watch);
        var (posts, gets, beganAtNs) = (watch.FailedPosts, watch.FailedGets, Clock.NowNs);
        scene.HasSurvivor = true;
        Make(scene);
        scene.AwaitAcknowledged(AcknowledgedAfter);
        if (GapMax is { } gapMax && scene.HasSurvivor)
        {
            var gap = watch.LongestGap(beganAtNs, Clock.NowNs, scene.Stalls);
            scene.Spread(Gap).Add(gap);
            run.CheckSpeed(gap <= gapMax, () => $"nothing was acknowledged for {gap.TotalMilliseconds:F0} ms");
        }

        if (FailedMax is { } failedMax)
        {
            var (failedPosts, failedGets) = (watch.FailedPosts - posts, watch.FailedGets - gets);
            run.Check(failedGets <= failedMax.Gets, () => $"{failedGets} statements failed ({watch.Failures} so far)");
            run.Check(
                failedPosts <= failedMax.Posts, () => $"{failedPosts} transactions failed ({watch.Failures} so far)");
        }
    }
}
