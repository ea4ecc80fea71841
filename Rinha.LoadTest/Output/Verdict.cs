using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output;

/// <summary>What a run comes to in one sentence: the worst thing that it found, or that it found nothing.</summary>
/// <param name="Tone">Good, warning or bad.</param>
/// <param name="Sentence">One sentence without its full stop.</param>
internal sealed record Verdict(Tone Tone, string Sentence)
{
    /// <summary>The tone in one word, for those who do not see colours.</summary>
    public string Word => Tone switch { Tone.Bad => "failed", Tone.Warning => "warning", _ => "good" };

    /// <summary>Judges a run. Lost money comes before lost speed, and that before single failures.</summary>
    public static Verdict Of(RunReport report) =>
        OfChecks(report) ?? OfAnswers(report) ?? OfContest(report) ?? OfBaseline(report) ?? OfFailures(report)
        ?? OfSearch(report) ?? new Verdict(
            report.Interrupted ? Tone.Warning : Tone.Good,
            (report.Interrupted ? "Interrupted, but all " : "All ")
            + $"{Format.Count(report.Summary.Requests)} requests were answered as they should be");

    private static Verdict? OfChecks(RunReport report)
    {
        var violations = report.Check?.Checks.Sum(check => check.Violations) ?? 0;
        return violations == 0
            ? null
            : new Verdict(Tone.Bad, $"The bank broke its rules: the checks found {Count(violations, "violation")}");
    }

    private static Verdict? OfAnswers(RunReport report) => report.Summary.Completed > 0
        ? null
        : new Verdict(Tone.Bad, "No request was answered as it should be");

    private static Verdict? OfContest(RunReport report)
    {
        if (report.Contest is not { } contest)
        {
            return null;
        }

        var fines = contest.LateFine + contest.InconsistencyFine;
        return fines <= 0
            ? new Verdict(
                report.Summary.Failed == 0 ? Tone.Good : Tone.Warning,
                $"The contest pays in full: {Format.Dollars(contest.Payment)}")
            : new Verdict(
                Tone.Bad,
                $"The contest pays {Format.Dollars(contest.Payment)}, after {Format.Dollars(fines)} of fines");
    }

    private static Verdict? OfBaseline(RunReport report) => report.Baseline is { Regressed: true } baseline
        ? new Verdict(
            Tone.Bad,
            $"Worse than {baseline.Name} by more than {Format.Percent(baseline.NoiseThreshold)}: "
            + string.Join(", ", Baselines.Regressions(baseline).Select(comparison => comparison.Metric)))
        : null;

    // A search goes past what the target bears, so its failures say nothing.
    private static Verdict? OfFailures(RunReport report) => report.Summary.Failed == 0 || report.FindMax is not null
        ? null
        : new Verdict(
            Tone.Warning,
            $"{Format.Count(report.Summary.Failed)} of {Count(report.Summary.Requests, "request")} failed");

    private static Verdict? OfSearch(RunReport report) => report.FindMax switch
    {
        null => null,
        { Rate: > 0 } search => new Verdict(
            Tone.Good, $"The highest rate that keeps {search.Objective} is {Format.Rate(search.Rate)} requests/s"),
        var search => new Verdict(Tone.Bad, $"No rate that was tried keeps {search.Objective}"),
    };

    private static string Count(long count, string noun) => $"{Format.Count(count)} {noun}{(count == 1 ? "" : "s")}";
}
