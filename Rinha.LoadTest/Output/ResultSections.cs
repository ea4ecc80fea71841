using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output;

// The contest's score, its failed checks, and each scenario at the contest's resolution.
internal static class ContestSection
{
    private const double FullPayment = 100_000;

    public static Section? Of(RunReport run)
    {
        if (run.Contest is not { } contest)
        {
            return null;
        }

        var failed = contest.FailedChecks;
        return new Section(
            "contest",
            "Contest",
            new Table(
                "How the payment comes about",
                ["rule", "found", "amount"],
                [
                    ["full payment", "", Format.Dollars(FullPayment)],
                    [
                        "right and within 250 ms: 98% wanted",
                        $"{Format.Percent(contest.OnTimeShare)} ({Format.Percent(1 - contest.OnTimeShare)} not)",
                        Fine(contest.LateFine),
                    ],
                    [
                        "inconsistent balances: none wanted",
                        Format.Count(contest.Inconsistencies),
                        Fine(contest.InconsistencyFine),
                    ],
                    [
                        new("payment", Tone.Strong),
                        "",
                        new(Format.Dollars(contest.Payment), contest.Payment >= FullPayment ? Tone.Good : Tone.Bad),
                    ],
                ]),
            failed.Count == 0
                ? new Paragraph("No check failed.", Tone.Good)
                : new Table(
                    "Checks that failed, in the words of the contest's log",
                    ["scenario", "times", "message"],
                    [.. failed.Select(check => (Cell[])
                        [new(check.Scenario, Tone.Bad), Format.Count(check.Count), check.Message])],
                    ProseLast: true),
            new Table(
                "Latency in whole milliseconds, as the contest's own tester shows it",
                ["scenario", "min", "p50", "p75", "p95", "p99", "max", "mean"],
                [.. run.Operations.Select(scenario => RunSections.Cells(
                    scenario.Name, Latencies(scenario.Latency).Select(Format.Milliseconds)))]));
    }

    private static double[] Latencies(LatencyReport latency) =>
        [latency.Min, latency.P50, latency.P75, latency.P95, latency.P99, latency.Max, latency.Mean];

    private static Cell Fine(double amount) => amount > 0
        ? new Cell("−" + Format.Dollars(amount), Tone.Bad)
        : new Cell(Format.Dollars(0), Tone.Good);
}

internal static class CheckSection
{
    public static Section? Of(RunReport run) => run.Check is { } check
        ? new Section(
            "checks",
            "Correctness",
            new Paragraph(
                $"{Format.Count(check.Acknowledged)} transactions were acknowledged, "
                + $"{Format.Count(check.Refused)} refused, {Format.Count(check.Unknown)} ended without an answer: "
                + "those may or may not have been applied."
                + (check.Unavailable > 0
                    ? $" {Format.Count(check.Unavailable)} were answered 503: not applied."
                    : "")),
            new Table(
                "Checks",
                ["what must hold", "made", "violations", "first violation"],
                [.. check.Checks.Select(Row)],
                ProseLast: true))
        : null;

    private static Cell[] Row(CheckResult result)
    {
        var (mark, tone) = result switch
        {
            { Violations: > 0 } => ("✗", Tone.Bad),
            { Made: > 0 } => ("✓", Tone.Good),
            _ => ("–", Tone.Muted),
        };
        return
        [
            new($"{mark} {result.Name}", tone),
            Format.Count(result.Made),
            new(Format.Count(result.Violations), tone),
            result.Example ?? "",
        ];
    }
}

internal static class FindMaxSection
{
    public static Section? Of(RunReport run) => run.FindMax is { } search
        ? new Section(
            "find-max",
            "Highest rate",
            RunCharts.FindMax(search),
            new Table(
                search.Rate > 0
                    ? $"Rates tried, in order; {Format.Rate(search.Rate)} requests/s keep {search.Objective}"
                    : $"Rates tried, in order; none keeps {search.Objective}",
                ["step", "asked for", "achieved", "latency", "failed", "target"],
                [.. search.Steps.Select(Row)]))
        : null;

    private static Cell[] Row(FindMaxStep step, int index) =>
    [
        (index + 1).ToString(CultureInfo.InvariantCulture) + (step.Confirmation ? " again" : ""),
        Format.Rate(step.Rate) + "/s",
        Format.Rate(step.Achieved) + "/s",
        Format.Duration(step.Latency),
        Format.Count(step.Failed),
        step.Met ? new("kept", Tone.Good) : new("missed", Tone.Bad),
    ];
}

internal static class BaselineSection
{
    public static Section? Of(RunReport run) => run.Baseline is { } baseline
        ? new Section(
            "baseline",
            $"Beside {baseline.Name}",
            new Table(
                $"A change of up to {Format.Percent(baseline.NoiseThreshold)} is noise; "
                    + "p99.9 and max are shown, not judged",
                ["metric", baseline.Name, "this run", "ratio", "verdict"],
                [.. baseline.Comparisons.Select(Row)]))
        : null;

    private static Cell[] Row(BaselineComparison one) =>
    [
        one.Metric,
        Metric(one.Metric, one.Before),
        Metric(one.Metric, one.Now),
        Format.Ratio(one.Ratio),
        new(one.Verdict, one.Verdict switch { "better" => Tone.Good, "worse" => Tone.Bad, _ => Tone.Plain }),
    ];

    private static string Metric(string metric, double value) => metric switch
    {
        Baselines.RateMetric => Format.Rate(value) + "/s",
        Baselines.SuccessMetric => Format.Percent(value),
        _ => Format.Duration(value),
    };
}
