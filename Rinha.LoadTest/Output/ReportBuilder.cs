using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output;

// Builds a report from a run. Each section is a function that returns null if the run has no data for it.
internal static class ReportBuilder
{
    private static readonly Func<RunReport, Section?>[] s_sections =
    [
        RunSections.Contest,
        RunSections.Check,
        RunSections.FindMax,
        RunSections.Time,
        RunSections.Latency,
        RunSections.Answers,
        RunSections.Operations,
        RunSections.Failures,
        RunSections.Baseline,
        RunSections.Environment,
    ];

    public static Report Of(RunReport run) => new(
        run switch
        {
            { Contest: not null } => "Rinha contest run",
            { FindMax: not null } => "Rinha search for the highest rate",
            _ => "Rinha load test",
        },
        [.. Details(run)],
        run.Mode == "open"
            ? "Open loop: latencies count from the intended send times."
            : "Closed loop: a slow answer delays the next request, so latencies hide queueing.",
        Verdict.Of(run),
        [.. Cards(run)],
        [.. s_sections.Select(section => section(run)).OfType<Section>()]);

    private static IEnumerable<string> Details(RunReport run)
    {
        var rate = run.TargetRate is { } target ? $"target {Format.Rate(target)} requests/s, " : "";
        yield return run.Environment.Target;
        yield return $"{run.Mode} loop, {rate}{Format.Count(run.Connections)} "
            + $"connection{(run.Connections == 1 ? "" : "s")}";
        if (run.Mix.Count > 0)
        {
            yield return RunSections.Mix(run.Mix);
        }

        yield return RunSections.Duration(run);
        yield return Format.Timestamp(run.StartedAt);
        if (run.Environment.Limits is { } limits)
        {
            yield return $"limits: {limits}";
        }
    }

    private static IEnumerable<Card> Cards(RunReport run)
    {
        var (summary, latency) = (run.Summary, run.Latency);
        if (run.Contest is { } contest)
        {
            yield return new Card(Format.Dollars(contest.Payment), "contest payment", Verdict.Of(run).Tone);
        }

        yield return new Card(Format.Rate(summary.Rate), "requests/s", Tone.Strong);
        yield return new Card(Format.Count(summary.Requests), "requests");
        var isComplete = summary.Requests > 0 && summary.Failed == 0;
        yield return new Card(
            Format.Percent(summary.SuccessShare), "completed", isComplete ? Tone.Good : Tone.Warning);
        yield return new Card(Format.Count(summary.Failed), "failed", summary.Failed > 0 ? Tone.Bad : Tone.Plain);
        if (summary.Retries is { } retries)
        {
            yield return new Card(Format.Count(retries), "retries");
        }

        (string Name, double Seconds)[] latencies =
            [("p50", latency.P50), ("p90", latency.P90), ("p99", latency.P99), ("max", latency.Max)];
        foreach (var (name, seconds) in latencies)
        {
            yield return new Card(RunSections.FormatLatency(latency, seconds), name);
        }
    }
}

// The run's result in one sentence, without the full stop: its worst finding, or that all was well.
internal sealed record Verdict(Tone Tone, string Sentence)
{
    // The tone as a word, for output without colour.
    public string Word => Tone switch { Tone.Bad => "failed", Tone.Warning => "warning", _ => "good" };

    // In order of severity: correctness, speed, failures. A search overloads its target, so its failures do not count.
    public static Verdict Of(RunReport run)
    {
        var violations = run.Check?.Checks.Sum(check => check.Violations) ?? 0;
        var all = $"{Format.Count(run.Summary.Requests)} requests were answered correctly";
        return run switch
        {
            _ when violations > 0 => new(
                Tone.Bad, $"The bank broke its rules: the checks found {Count(violations, "violation")}"),
            { Summary.Completed: 0 } => new(Tone.Bad, "No request was answered correctly"),
            { Contest: { } contest } => OfContest(contest, run.Summary.Failed),
            { Baseline: { Regressed: true } baseline } => new(
                Tone.Bad,
                $"Worse than {baseline.Name} by more than {Format.Percent(baseline.NoiseThreshold)}: "
                    + string.Join(", ", Baselines.Regressions(baseline).Select(comparison => comparison.Metric))),
            { FindMax: { Rate: > 0 } search } => new(
                Tone.Good, $"The highest rate that meets {search.Objective} is {Format.Rate(search.Rate)} requests/s"),
            { FindMax: { } search } => new(Tone.Bad, $"No tested rate meets {search.Objective}"),
            { Summary: { Failed: > 0 } summary } => new(
                Tone.Warning, $"{Format.Count(summary.Failed)} of {Count(summary.Requests, "request")} failed"),
            { Interrupted: true } => new(Tone.Warning, $"Interrupted, but all {all}"),
            _ => new(Tone.Good, $"All {all}"),
        };
    }

    private static Verdict OfContest(ContestReport contest, long failed)
    {
        var fines = contest.LateFine + contest.InconsistencyFine;
        var payment = Format.Dollars(contest.Payment);
        return fines > 0
            ? new(Tone.Bad, $"The contest pays {payment}, after {Format.Dollars(fines)} of fines")
            : new(failed == 0 ? Tone.Good : Tone.Warning, $"The contest pays in full: {payment}");
    }

    private static string Count(long count, string noun) => $"{Format.Count(count)} {noun}{(count == 1 ? "" : "s")}";
}
