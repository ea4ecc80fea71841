namespace Rinha.Chaos.Faults;

// A fault to inject repeatedly, at random moments under load, and what must hold. After each try the bank serves again
// once what died is restarted, and no more requests fail than the fault explains. At the end the oracle compares
// the ledger with every answer.
internal sealed record FaultPlan(Action<FaultContext> Inject)
{
    public const string Gap = "gap";

    // The ledger's subdirectory, when a campaign has several plans.
    public string? Directory { get; init; }
    public double Rate { get; init; } = 2_000; // Requests per second.
    public bool BypassesNginx { get; init; } // Whether each server gets its own load, bypassing nginx.
    public bool HasKeys { get; init; } // Whether clients retry failed requests under their keys.
    public bool HasFaultLibrary { get; init; }
    public string Synchronous { get; init; } = "NORMAL"; // RINHA_SYNCHRONOUS: NORMAL or FULL.

    public bool IsOnPostgres { get; init; }
    public bool IsOnCluster { get; init; } // PostgreSQL that fails over.
    public bool IsLayer4 { get; init; } // Whether nginx passes on connections.
    public bool ReadsPages { get; init; } = true; // Whether pages of the history are read, and checked.
    public bool HasRelay { get; init; } // Whether servers reach PostgreSQL through a Relay.

    // The random pause before each fault.
    public (int Min, int Max) PauseMs { get; init; } = (100, 400);

    // Transactions that must be acknowledged after each fault to prove that the bank serves again.
    public int AcknowledgedAfter { get; init; } = 1;

    // How many requests may fail around each fault; null for any number.
    public (int Posts, int Gets)? FailedMax { get; init; }
    public TimeSpan? GapMax { get; init; } // The longest time without an acknowledgement; full form only.
    public Action<FaultContext>? AtEnd { get; init; } // Further checks and results.
    public Func<FaultContext, string>? FirstResult { get; init; } // Shown before the durations.
    public IReadOnlyList<string> ReportedDurations { get; init; } = [];

    public Func<FaultContext, string>? LastResult { get; init; }

    // A campaign of one plan, or of several that share its tries.
    public static Action<CampaignRun> UnderLoad(params FaultPlan[] plans) =>
        run => Array.ForEach(plans, plan => plan.Run(run, run.PlannedTries / plans.Length));

    public static string AcknowledgedAndFailed(FaultContext context) =>
        $"{context.Acknowledged} acknowledged; failed: {context.Watch.Failures}";

    public void Run(CampaignRun run, int times)
    {
        using var context = new FaultContext(run, this);
        for (context.Index = 0; context.Index < times; context.Index++)
        {
            Thread.Sleep(run.Random.Next(PauseMs.Min, PauseMs.Max));
            Try(context);
            run.CountTry();
        }

        context.Finish();
        AtEnd?.Invoke(context);
        IEnumerable<string?> results =
        [
            FirstResult?.Invoke(context), .. ReportedDurations.Select(name => $"{name}: {context.DurationsOf(name)}"),
            LastResult?.Invoke(context),
        ];
        results.OfType<string>().ToList().ForEach(run.AddResult);
    }

    private void Try(FaultContext context)
    {
        var (run, watch) = (context.Run, context.Watch);
        var (posts, gets, beganAtNs) = (watch.FailedPosts, watch.FailedGets, Clock.NowNs);
        context.HasSurvivor = true;
        Inject(context);
        context.AwaitAcknowledged(AcknowledgedAfter);
        if (GapMax is { } gapMax && context.HasSurvivor)
        {
            var gap = watch.LongestGap(beganAtNs, Clock.NowNs, context.Stalls);
            context.DurationsOf(Gap).Add(gap);
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
