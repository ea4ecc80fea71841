using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output;

// What a run comes to in one sentence, without its full stop: the worst thing that it found, or that it found nothing.
internal sealed record Verdict(Tone Tone, string Sentence)
{
    // The tone in one word, for those who do not see colours.
    public string Word => Tone switch { Tone.Bad => "failed", Tone.Warning => "warning", _ => "good" };

    // Lost money comes before lost speed, and that before single failures. A search goes past what the target bears,
    // so its failures say nothing.
    public static Verdict Of(RunReport run)
    {
        var violations = run.Check?.Checks.Sum(check => check.Violations) ?? 0;
        var all = $"{Format.Count(run.Summary.Requests)} requests were answered as they should be";
        return run switch
        {
            _ when violations > 0 => new(
                Tone.Bad, $"The bank broke its rules: the checks found {Count(violations, "violation")}"),
            { Summary.Completed: 0 } => new(Tone.Bad, "No request was answered as it should be"),
            { Contest: { } contest } => OfContest(contest, run.Summary.Failed),
            { Baseline: { Regressed: true } baseline } => new(
                Tone.Bad,
                $"Worse than {baseline.Name} by more than {Format.Percent(baseline.NoiseThreshold)}: "
                    + string.Join(", ", Baselines.Regressions(baseline).Select(comparison => comparison.Metric))),
            { FindMax: { Rate: > 0 } search } => new(
                Tone.Good, $"The highest rate that keeps {search.Objective} is {Format.Rate(search.Rate)} requests/s"),
            { FindMax: { } search } => new(Tone.Bad, $"No rate that was tried keeps {search.Objective}"),
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
