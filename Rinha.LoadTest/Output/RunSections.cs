using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output;

// Builds the sections of a report, and formats what they share.
internal static class RunSections
{
    private const double FullPayment = 100_000;

    public static Section? Contest(RunReport run)
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
                "How the payment is calculated",
                ["rule", "found", "amount"],
                [
                    ["full payment", "", Format.Dollars(FullPayment)],
                    [
                        "correct within 250 ms: 98% required",
                        $"{Format.Percent(contest.OnTimeShare)} ({Format.Percent(1 - contest.OnTimeShare)} not)",
                        Fine(contest.LateFine),
                    ],
                    [
                        "inconsistent balances: none allowed",
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
                    "Failed checks, worded as in the contest's log",
                    ["scenario", "times", "message"],
                    [.. failed.Select(check => (Cell[])
                        [new(check.Scenario, Tone.Bad), Format.Count(check.Count), check.Message])],
                    ProseLast: true),
            new Table(
                "Latency in whole milliseconds, as in the contest's own tester",
                ["scenario", "min", "p50", "p75", "p95", "p99", "max", "mean"],
                [.. run.Operations.Select(scenario => Cells(
                    scenario.Name, Latencies(scenario.Latency).Select(Format.Milliseconds)))]));
    }

    public static Section? Check(RunReport run) => run.Check is { } check
        ? new Section(
            "checks",
            "Correctness",
            new Paragraph(
                $"{Format.Count(check.Acknowledged)} transactions were acknowledged, "
                + $"{Format.Count(check.Refused)} refused, {Format.Count(check.Unknown)} got no conclusive answer: "
                + "they may or may not have been applied."
                + (check.Unavailable > 0
                    ? $" {Format.Count(check.Unavailable)} were answered 503: not applied."
                    : "")),
            new Table(
                "Checks",
                ["invariant", "checked", "violations", "first violation"],
                [.. check.Checks.Select(Row)],
                ProseLast: true))
        : null;

    public static Section? FindMax(RunReport run) => run.FindMax is { } search
        ? new Section(
            "find-max",
            "Highest rate",
            RunCharts.FindMax(search),
            new Table(
                search.Rate > 0
                    ? $"Rates tested, in order; {Format.Rate(search.Rate)} requests/s meet {search.Objective}"
                    : $"Rates tested, in order; none meets {search.Objective}",
                ["step", "target", "achieved", "latency", "failed", "objective"],
                [.. search.Steps.Select(Row)]))
        : null;

    public static Section? Baseline(RunReport run) => run.Baseline is { } baseline
        ? new Section(
            "baseline",
            $"Compared with {baseline.Name}",
            new Table(
                (baseline.NoiseThreshold is null
                    ? "Noise is what the seconds of both runs vary by; "
                    : "Noise is as given; ") + "p99.9 and max never fail a run",
                ["metric", baseline.Name, "this run", "ratio", "noise", "verdict"],
                [.. baseline.Comparisons.Select(Row)]))
        : null;

    public static Section? Thresholds(RunReport run) => run.Thresholds is { Count: > 0 } thresholds
        ? new Section(
            "thresholds",
            "Thresholds",
            new Table(
                "Conditions that fail the run",
                ["fails if", "value", "result"],
                [.. thresholds.Select(threshold => (Cell[])
                [
                    threshold.Expression,
                    Value(threshold),
                    threshold.Passed ? new("passed", Tone.Good) : new("failed", Tone.Bad),
                ])]))
        : null;

    public static string Value(ThresholdReport threshold) => (threshold.Value, threshold.Unit) switch
    {
        (null, _) => "nothing measured",
        ({ } seconds, ThresholdUnit.Seconds) => Format.Duration(seconds),
        ({ } rate, ThresholdUnit.PerSecond) => Format.Rate(rate) + "/s",
        ({ } share, ThresholdUnit.Share) => Format.Percent(share),
        ({ } count, ThresholdUnit.Count) => Format.Count((long)count),
    };

    public static Section Time(RunReport run) =>
        new("time", "Over time", RunCharts.Rate(run), RunCharts.Latency(run));

    public static Section Latency(RunReport run)
    {
        (string Name, LatencyReport? Latency)[] all =
        [
            (run.Mode == "open" ? "from intended send" : "latency", run.Latency),
            ("uncorrected", run.UncorrectedLatency),
            ("send delay", run.SendDelay),
        ];
        var columns = all.Where(column => column.Latency is not null).ToArray();
        var rows = LatencyReport.Figures.Append(("std. deviation", latency => latency.StandardDeviation));
        return new Section(
            "latency",
            "Latency",
            RunCharts.Distribution(run),
            new Table(
                "All operations",
                ["", .. columns.Select(column => column.Name)],
                [.. rows.Select(row => Cells(
                    row.Item1,
                    columns.Select(column => FormatLatency(column.Latency!, row.Item2(column.Latency!)))))]));
    }

    public static Section Answers(RunReport run)
    {
        var (summary, latency) = (run.Summary, run.Latency);
        var unanswered = summary.Requests - summary.Statuses.Values.Sum();
        IEnumerable<(string, long, Tone)> statuses = summary.Statuses.OrderBy(status => status.Key)
            .Select(status => (Format.Status(status.Key), status.Value, Format.StatusTone(status.Key)));
        return new Section(
            "answers",
            "Answers",
            Bars(
                "By HTTP status",
                "status",
                summary.Requests,
                unanswered > 0 ? [.. statuses, ("no answer", unanswered, Tone.Bad)] : [.. statuses]),
            Bars(
                "By latency",
                "latency",
                latency.Count,
                [.. latency.Histogram.Select(bar =>
                    ("≤ " + Format.DurationTick(bar.UpToSeconds), bar.Count, Tone.Accent))]));
    }

    public static Section Operations(RunReport run) => new(
        "operations",
        "Operations",
        new Table(
            "Answers",
            ["", "completed", "failed", "rate", "200", "422", "other"],
            [.. run.Operations.Select(Answered)]),
        new Table(
            "Latency",
            ["", .. LatencyReport.Figures.Select(column => column.Name)],
            [.. run.Operations.Select(operation => Cells(
                operation.Name,
                LatencyReport.Figures.Select(
                    column => FormatLatency(operation.Latency, column.Of(operation.Latency)))))]));

    public static Section Failures(RunReport run) => new(
        "failures",
        "Failures",
        run.Failures.Count == 0
            ? new Paragraph("No request failed.", Tone.Good)
            : new Table(
                "By kind",
                ["kind", "times", "first example"],
                [.. run.Failures.Select(failure => (Cell[])
                [new(Format.Failure(failure.Kind), Tone.Bad), Format.Count(failure.Count), failure.Example])],
                ProseLast: true));

    public static Section Environment(RunReport run)
    {
        var environment = run.Environment;
        (string Name, string Value)[] facts =
        [
            ("command", environment.Command),
            ("version", environment.Version),
            ("target", environment.Target),
            ("machine", $"{environment.Processor}, {environment.Cores} cores, {environment.System}"),
            ("limits", environment.Limits ?? "not stated"),
            ("started", Format.Timestamp(run.StartedAt)),
            ("duration", Duration(run)),
            ("mix", $"{Mix(run.Mix)}, seed {run.Seed.ToString(CultureInfo.InvariantCulture)}"),
            ("schema", run.Schema),
        ];
        return new Section("environment", "Environment", new Table(
            "How to reproduce this run",
            ["item", "value"],
            [.. facts.Select(fact => Cells(fact.Name, [fact.Value]))],
            ProseLast: true));
    }

    public static string Mix(IReadOnlyList<int> weights) => weights.Count == 3
        ? $"{weights[0]} debit : {weights[1]} credit : {weights[2]} statement"
        : string.Join(" : ", weights);

    public static string Duration(RunReport run) =>
        Format.Duration(run.Duration)
        + (run.WarmUp > 0 ? $" after {Format.Duration(run.WarmUp)} of warm-up" : "")
        + (run.Interrupted ? ", interrupted" : "");

    public static string FormatLatency(LatencyReport latency, double seconds) =>
        latency.Count == 0 ? "–" : Format.Duration(seconds);

    public static Cell[] Cells(string name, IEnumerable<string> figures) =>
        [name, .. figures.Select(figure => new Cell(figure))];

    private static Cell[] Answered(OperationReport operation)
    {
        var posted = operation.Statuses.GetValueOrDefault(200);
        var refused = operation.Statuses.GetValueOrDefault(422);
        return
        [
            operation.Name,
            Format.Count(operation.Completed),
            new(Format.Count(operation.Failed), operation.Failed > 0 ? Tone.Bad : Tone.Plain),
            Format.Rate(operation.Rate) + "/s",
            Format.Count(posted),
            Format.Count(refused),
            Format.Count(operation.Statuses.Values.Sum() - posted - refused),
        ];
    }

    private static Table Bars(string caption, string heading, long all, (string Name, long Count, Tone Tone)[] rows) =>
        new(
            caption,
            [heading, "requests", "share", ""],
            [.. rows.Select(row => (Cell[])
            [
                row.Name,
                Format.Count(row.Count),
                Format.Percent((double)row.Count / Math.Max(1, all)),
                new("", row.Tone, (double)row.Count / rows.Max(other => other.Count)),
            ])]);

    private static double[] Latencies(LatencyReport latency) =>
        [latency.Min, latency.P50, latency.P75, latency.P95, latency.P99, latency.Max, latency.Mean];

    private static Cell Fine(double amount) => amount > 0
        ? new Cell("−" + Format.Dollars(amount), Tone.Bad)
        : new Cell(Format.Dollars(0), Tone.Good);

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

    private static Cell[] Row(FindMaxStep step, int index) =>
    [
        (index + 1).ToString(CultureInfo.InvariantCulture) + (step.Confirmation ? " (confirmation)" : ""),
        Format.Rate(step.Rate) + "/s",
        Format.Rate(step.Achieved) + "/s",
        Format.Duration(step.Latency),
        Format.Count(step.Failed),
        step.Met ? new("met", Tone.Good) : new("missed", Tone.Bad),
    ];

    private static Cell[] Row(BaselineComparison metric) =>
    [
        metric.Metric,
        Metric(metric.Metric, metric.Before),
        Metric(metric.Metric, metric.Now),
        Format.Ratio(metric.Ratio),
        metric.Noise is { } noise ? "±" + Format.Percent(noise) : "–",
        new(metric.Verdict, ToneOf(metric)),
    ];

    public static Tone ToneOf(BaselineComparison metric) => metric.Verdict switch
    {
        Baselines.Better => Tone.Good,
        Baselines.Worse => Tone.Bad,
        _ => Tone.Plain,
    };

    private static string Metric(string metric, double value) => metric switch
    {
        Baselines.RateMetric => Format.Rate(value) + "/s",
        Baselines.SuccessMetric => Format.Percent(value),
        _ => Format.Duration(value),
    };
}
