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
        RunSections.Thresholds,
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

    // after: with its comparison.
    public static Report OfComparison(RunReport before, RunReport after)
    {
        var baseline = after.Baseline!;
        (string Name, string Before, string After)[] settings =
        [
            ("target", before.Environment.Target, after.Environment.Target),
            ("loop", before.Mode, after.Mode),
            ("connections", Format.Count(before.Connections), Format.Count(after.Connections)),
            ("target rate", Format.Rate(before.TargetRate ?? 0), Format.Rate(after.TargetRate ?? 0)),
            ("mix", RunSections.Mix(before.Mix), RunSections.Mix(after.Mix)),
            ("limits", before.Environment.Limits ?? "", after.Environment.Limits ?? ""),
        ];
        var differences = settings.Where(setting => setting.Before != setting.After)
            .Select(setting => $"{setting.Name} ({setting.Before} before, {setting.After} after)").ToArray();
        return new Report(
            "Rinha comparison of two load tests",
            [$"before: {baseline.Name}, {Describe(before)}", $"after: {Describe(after)}"],
            differences.Length == 0
                ? "Both runs had the same target, loop, connections, rate and mix."
                : $"The runs differ in {string.Join(", ", differences)}.",
            Verdict.OfComparison(baseline),
            [.. baseline.Comparisons.Select(metric =>
                new Card(Format.Ratio(metric.Ratio), metric.Metric, RunSections.ToneOf(metric)))],
            [
                RunSections.Baseline(after)!,
                RunSections.Time(after),
                new Section("latency", "Latency", RunCharts.Distribution(after)),
            ]);
    }

    private static string Describe(RunReport run) =>
        $"{RunSections.Duration(run)} at {Format.Timestamp(run.StartedAt)}";

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

    // In order of severity: correctness, failures, speed. A search overloads its target, so its failures do not count.
    public static Verdict Of(RunReport run)
    {
        var violations = run.Check?.Checks.Sum(check => check.Violations) ?? 0;
        var all = $"{Format.Count(run.Summary.Requests)} requests were answered correctly";
        var failed = $"{Format.Count(run.Summary.Failed)} of {Count(run.Summary.Requests, "request")} failed";
        var crossed = run.Thresholds?.Where(threshold => !threshold.Passed).ToList() ?? [];
        return run switch
        {
            _ when violations > 0 => new(
                Tone.Bad, $"The bank broke its rules: the checks found {Count(violations, "violation")}"),
            { Summary.Completed: 0 } => new(Tone.Bad, "No request was answered correctly"),
            { Contest: { } contest } => OfContest(contest, run.Summary.Failed),
            { FindMax: { Rate: > 0 } search } => new(
                Tone.Good, $"The highest rate that meets {search.Objective} is {Format.Rate(search.Rate)} requests/s"),
            { FindMax: { } search } => new(Tone.Bad, $"No tested rate meets {search.Objective}"),
            _ when crossed.Count > 0 => new(Tone.Bad, OfThresholds(crossed, failed)),
            { Baseline: { FailsRun: true } baseline } when OfComparison(baseline) is { Tone: Tone.Bad } worse => worse,
            { Baseline: { Regressed: true } baseline } => OfComparison(baseline),
            { Summary.Failed: > 0, Thresholds: not null } => new(Tone.Warning, $"{failed}, as --max-failed allows"),
            { Summary.Failed: > 0 } => new(Tone.Warning, failed),
            { Interrupted: true } => new(Tone.Warning, $"Interrupted, but all {all}"),
            _ => new(Tone.Good, $"All {all}"),
        };
    }

    // A regression is bad only if it fails the run, and so is a comparison that cannot tell.
    public static Verdict OfComparison(BaselineReport baseline)
    {
        string Those(string verdict) => string.Join(", ", Baselines.Gating(baseline, verdict));
        var tone = baseline.FailsRun ? Tone.Bad : Tone.Warning;
        var noise = baseline.NoiseThreshold is { } share ? $"by more than {Format.Percent(share)}" : "beyond the noise";
        return baseline switch
        {
            { Regressed: true } => new(tone, $"Worse than {baseline.Name} {noise}: {Those(Baselines.Worse)}"),
            _ when Those(Baselines.Unknown) is { Length: > 0 } metrics => new(
                tone,
                $"Not comparable with {baseline.Name}: the noise of {metrics} is unknown; both runs need "
                    + $"{Noise.SecondsMin} whole seconds, or give --noise-threshold"),
            _ when Those(Baselines.Better) is { Length: > 0 } metrics =>
                new(Tone.Good, $"Better than {baseline.Name} {noise}: {metrics}"),
            _ => new(Tone.Good, $"No difference from {baseline.Name} {noise}"),
        };
    }

    private static string OfThresholds(List<ThresholdReport> crossed, string failed)
    {
        var rest = crossed.Where(threshold => threshold.Expression != ThresholdReport.NoFailure)
            .Select(threshold => $"{threshold.Expression} ({RunSections.Value(threshold)})").ToList();
        return rest.Count == crossed.Count ? $"Thresholds crossed: {string.Join(", ", rest)}"
            : rest.Count == 0 ? failed
            : $"{failed}; thresholds crossed: {string.Join(", ", rest)}";
    }

    private static Verdict OfContest(ContestReport contest, long failed)
    {
        var fines = contest.LateFine + contest.InconsistencyFine;
        var payment = Format.Dollars(contest.Payment);
        var failures = failed > 0 ? $"; {Count(failed, "request")} failed" : "";
        return fines > 0
            ? new(
                failed > 0 ? Tone.Bad : Tone.Warning,
                $"The contest pays {payment}, after {Format.Dollars(fines)} of fines{failures}")
            : new(failed > 0 ? Tone.Bad : Tone.Good, $"The contest pays in full: {payment}{failures}");
    }

    private static string Count(long count, string noun) => $"{Format.Count(count)} {noun}{(count == 1 ? "" : "s")}";
}
