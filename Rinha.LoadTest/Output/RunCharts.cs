using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output;

internal static class RunCharts
{
    private static readonly (string Name, LineColor Color, Func<SecondReport, double> Of)[] s_percentiles =
    [
        ("p50", LineColor.P50, second => second.P50),
        ("p90", LineColor.P90, second => second.P90),
        ("p99", LineColor.P99, second => second.P99),
        ("max", LineColor.Max, second => second.Max),
    ];

    public static Chart Rate(RunReport run)
    {
        var (seconds, before) = (WholeSeconds(run), run.Baseline?.Series ?? []);
        var highest = seconds.Concat(before).Select(second => Math.Max(second.Completed, second.Failed));
        return new Chart(
            "chart-rate",
            "Rate over time",
            "requests in each second of the run",
            seconds.Count == 0
                ? "No second was measured."
                : $"Over {seconds.Count} s between {Format.Count(seconds.Min(second => second.Completed))} and "
                    + $"{Format.Count(seconds.Max(second => second.Completed))} requests were completed in a second.",
            AxisScale.Time(End(seconds, before)),
            AxisScale.Linear(highest.DefaultIfEmpty().Max(), Format.RateTick),
            Measured(
            [
                new("completed", LineColor.Rate, Points(seconds, second => second.Completed), Filled: true),
                new("failed", LineColor.Failed, Points(seconds, second => second.Failed)),
                new(
                    $"completed, {run.Baseline?.Name}",
                    LineColor.Rate,
                    Points(before, second => second.Completed),
                    Dashed: true),
            ]));
    }

    public static Chart Latency(RunReport run)
    {
        var (seconds, before) = (run.Series, run.Baseline?.Series ?? []);
        var lines = Measured(
        [
            .. s_percentiles.Select(one => new ChartLine(
                one.Name, one.Color, Points(seconds, second => Gap(one.Of(second))))),
            .. s_percentiles.Select(one => new ChartLine(
                $"{one.Name}, {run.Baseline?.Name}",
                one.Color,
                Points(before, second => Gap(one.Of(second))),
                Dashed: true)),
        ]);
        var slowest = seconds.MaxBy(second => second.Max);
        return Latencies(
            "chart-latency",
            "Latency over time",
            "median, 90th and 99th percentile and longest of each second",
            slowest is null
                ? "No second was measured."
                : $"The slowest request, in second {slowest.Second}, took {Format.Duration(slowest.Max)}.",
            AxisScale.Time(End(seconds, before)),
            lines);
    }

    // Latency by percentile, with equal room for each nine.
    public static Chart Distribution(RunReport run)
    {
        var (latency, uncorrected) = (run.Latency, run.UncorrectedLatency);
        var lines = Measured(
        [
            new(
                uncorrected is null ? "latency" : "from the intended send time",
                LineColor.P50,
                Points(latency.Distribution)),
            new("from the actual send time (uncorrected)", LineColor.P99, Points(uncorrected?.Distribution ?? [])),
            new(run.Baseline?.Name ?? "", LineColor.P50, Points(run.Baseline?.Distribution ?? []), Dashed: true),
        ]);
        // The last point is at 1, which is infinitely many nines away: it is drawn a little behind the one before.
        var shares = lines.SelectMany(line => line.Points).Select(point => point.X);
        var last = shares.Where(share => share < 1).DefaultIfEmpty().Max();
        return Latencies(
            "chart-distribution",
            "Latency by percentile",
            "how long that share of requests took at most, each nine as wide",
            $"Half of the requests took at most {Format.Duration(latency.P50)}, 99% at most "
                + $"{Format.Duration(latency.P99)}, all at most {Format.Duration(latency.Max)}.",
            AxisScale.Percentile(1 - (1 - last) / 2),
            lines);
    }

    public static Chart FindMax(FindMaxReport search)
    {
        var steps = search.Steps.OrderBy(step => step.Rate).ToArray();
        ChartPoint[] Points(Func<FindMaxStep, bool> isWanted) =>
            [.. steps.Where(isWanted).Select(step => new ChartPoint(step.Rate, Gap(step.Latency)))];

        var chart = Latencies(
            "chart-find-max",
            "Latency by rate",
            $"{search.Objective}: the latency at each rate, in requests/s asked for",
            $"{steps.Length} rates were tried; the highest that kept {search.Objective} is "
                + $"{Format.Rate(search.Rate)} requests per second.",
            AxisScale.Linear(steps.Select(step => step.Rate).DefaultIfEmpty().Max(), Format.RateTick, 8),
            Measured(
            [
                new("latency", LineColor.Rate, Points(_ => true)),
                new("target kept", LineColor.Kept, Points(step => step.Met), Dots: true),
                new("target missed", LineColor.Failed, Points(step => !step.Met), Dots: true),
            ]));
        ChartPoint[] upright = [new(search.Rate, chart.Y.Low), new(search.Rate, chart.Y.High)];
        var name = $"highest rate: {Format.Rate(search.Rate)}/s";
        return search.Rate > 0
            ? chart with { Lines = [.. chart.Lines, new(name, LineColor.Kept, upright, Dashed: true)] }
            : chart;
    }

    // The seconds that lasted a second. A last one that the end of the run cut short would look like a collapse of the
    // server; it is left out, unless it is all there is.
    public static IReadOnlyList<SecondReport> WholeSeconds(RunReport run)
    {
        // A run of exactly 60 s takes a little more by the clock.
        const double SlackSeconds = 0.01;
        var whole = run.Series.Where(second => second.Second + 1 <= run.Duration + SlackSeconds).ToArray();
        return whole.Length > 0 ? whole : run.Series;
    }

    private static Chart Latencies(
        string id, string title, string subtitle, string description, AxisScale x, ChartLine[] lines)
    {
        var y = AxisScale.Latency(lines.SelectMany(line => line.Points).Select(point => point.Y));
        return new Chart(id, title, subtitle + (y.IsLogarithmic ? "; logarithmic" : ""), description, x, y, lines);
    }

    // Without those of what did not happen: a baseline, a failure, a p90 in reports saved before it was measured.
    private static ChartLine[] Measured(ChartLine[] lines) =>
        [.. lines.Where(line => line.Points.Any(point => point.Y > 0))];

    private static ChartPoint[] Points(IReadOnlyList<DistributionPoint> points) =>
        [.. points.Select(point => new ChartPoint(point.Share, Gap(point.Seconds)))];

    private static ChartPoint[] Points(IReadOnlyList<SecondReport> seconds, Func<SecondReport, double> value) =>
        [.. seconds.Select(second => new ChartPoint(second.Second, value(second)))];

    // A second without answers has no latency; a line through 0 would say that it was the fastest.
    private static double Gap(double latency) => latency > 0 ? latency : double.NaN;

    private static int End(IReadOnlyList<SecondReport> now, IReadOnlyList<SecondReport> before) =>
        now.Concat(before).Select(second => second.Second).DefaultIfEmpty().Max();
}
