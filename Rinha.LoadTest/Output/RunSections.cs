using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output;

/// <summary>The sections that every run has, and the wording that they share.</summary>
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
        var columns = new List<(string Name, LatencyReport Latency)>
        {
            (run.Mode == "open" ? "from intended send" : "latency", run.Latency),
        };
        if (run.UncorrectedLatency is { } uncorrected)
        {
            columns.Add(("uncorrected", uncorrected));
        }

        if (run.SendDelay is { } delay)
        {
            columns.Add(("send delay", delay));
        }

        var rows = s_latencies.Append(("std. deviation", latency => latency.StandardDeviation));
        return new Section(
            "latency",
            "Latency",
            RunCharts.Distribution(run),
            new Table(
                "Of all operations together",
                ["", .. columns.Select(column => column.Name)],
                [.. rows.Select(row => Cells(
                    row.Item1, columns.Select(column => Figure(column.Latency, row.Item2(column.Latency)))))]));
    }

    public static Section Answers(RunReport run)
    {
        var (summary, latency) = (run.Summary, run.Latency);
        var statuses = summary.Statuses.OrderBy(status => status.Key).Select(status => new Bar(
            Format.Status(status.Key),
            status.Value,
            Share(status.Value, summary.Requests),
            Format.StatusTone(status.Key)));
        var unanswered = summary.Requests - summary.Statuses.Values.Sum();
        return new Section(
            "answers",
            "Answers",
            new Bars(
                "By HTTP status",
                "status",
                unanswered > 0
                    ? [.. statuses, new Bar("no answer", unanswered, Share(unanswered, summary.Requests), Tone.Bad)]
                    : [.. statuses]),
            new Bars(
                "By latency",
                "latency",
                [.. latency.Histogram.Select(bar => new Bar(
                    "≤ " + Format.DurationTick(bar.UpToSeconds), bar.Count, Share(bar.Count, latency.Count)))]));
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

    /// <summary>All that is needed to run it again.</summary>
    public static Section Environment(RunReport run)
    {
        var environment = run.Environment;
        return new Section("environment", "Environment", new Facts(
            ("command", environment.Command),
            ("version", environment.Version),
            ("target", environment.Target),
            ("machine", $"{environment.Processor}, {environment.Cores} cores, {environment.System}"),
            ("limits", environment.Limits ?? "not stated"),
            ("started", Format.Moment(run.StartedAt)),
            ("duration", Duration(run)),
            ("mix", $"{Mix(run.Mix)}, seed {run.Seed.ToString(CultureInfo.InvariantCulture)}"),
            ("schema", run.Schema)));
    }

    public static string Mix(IReadOnlyList<int> weights) => weights.Count == 3
        ? $"{weights[0]} débito : {weights[1]} crédito : {weights[2]} extrato"
        : string.Join(" : ", weights);

    /// <summary>Seconds of measuring, with the warm-up before and an early end.</summary>
    public static string Duration(RunReport run) =>
        Format.Duration(run.Duration)
        + (run.WarmUp > 0 ? $" after {Format.Duration(run.WarmUp)} of warm-up" : "")
        + (run.Interrupted ? ", interrupted" : "");

    /// <summary>One of a distribution's latencies; a dash when nothing was measured.</summary>
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

    private static double Share(long count, long all) => all == 0 ? 0 : (double)count / all;
}
