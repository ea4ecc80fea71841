using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output;

// The sections that every run has, and the wording that they share.
internal static class RunSections
{
    private static readonly (string Name, Func<LatencyReport, double> Of)[] s_latencies =
    [
        ("mean", latency => latency.Mean),
        ("p50", latency => latency.P50),
        ("p75", latency => latency.P75),
        ("p90", latency => latency.P90),
        ("p95", latency => latency.P95),
        ("p99", latency => latency.P99),
        ("p99.9", latency => latency.P999),
        ("p99.99", latency => latency.P9999),
        ("max", latency => latency.Max),
    ];

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
        var rows = s_latencies.Append(("std. deviation", latency => latency.StandardDeviation));
        return new Section(
            "latency",
            "Latency",
            RunCharts.Distribution(run),
            new Table(
                "Of all operations together",
                ["", .. columns.Select(column => column.Name)],
                [.. rows.Select(row => Cells(
                    row.Item1, columns.Select(column => Figure(column.Latency!, row.Item2(column.Latency!)))))]));
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
            ["", .. s_latencies.Select(column => column.Name)],
            [.. run.Operations.Select(operation => Cells(
                operation.Name,
                s_latencies.Select(column => Figure(operation.Latency, column.Of(operation.Latency)))))]));

    public static Section Failures(RunReport run) => new(
        "failures",
        "Failures",
        run.Failures.Count == 0
            ? new Paragraph("No request failed.", Tone.Good)
            : new Table(
                "By kind, with the first one",
                ["kind", "times", "the first one"],
                [.. run.Failures.Select(failure => (Cell[])
                [
                    new(Format.Failure(failure.Kind), Tone.Bad), Format.Count(failure.Count), failure.Example,
                ])],
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
            ("started", Format.Moment(run.StartedAt)),
            ("duration", Duration(run)),
            ("mix", $"{Mix(run.Mix)}, seed {run.Seed.ToString(CultureInfo.InvariantCulture)}"),
            ("schema", run.Schema),
        ];
        return new Section("environment", "Environment", new Table(
            "All that is needed to run it again",
            ["what", "value"],
            [.. facts.Select(fact => Cells(fact.Name, [fact.Value]))],
            ProseLast: true));
    }

    public static string Mix(IReadOnlyList<int> weights) => weights.Count == 3
        ? $"{weights[0]} débito : {weights[1]} crédito : {weights[2]} extrato"
        : string.Join(" : ", weights);

    // Seconds of measuring, with the warm-up before and an early end.
    public static string Duration(RunReport run) =>
        Format.Duration(run.Duration)
        + (run.WarmUp > 0 ? $" after {Format.Duration(run.WarmUp)} of warm-up" : "")
        + (run.Interrupted ? ", interrupted" : "");

    // One of a distribution's latencies; a dash when nothing was measured.
    public static string Figure(LatencyReport latency, double seconds) =>
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

    // Bars are as long as their share of the largest.
    private static Table Bars(string caption, string heading, long all, (string Name, long Count, Tone Tone)[] rows) =>
        new(
            caption,
            [heading, "requests", "share", ""],
            [.. rows.Select(row => (Cell[])
            [
                row.Name,
                Format.Count(row.Count),
                Format.Percent((double)row.Count / Math.Max(1, all)),
                new("", row.Tone, (double)row.Count / rows.Max(one => one.Count)),
            ])]);
}
