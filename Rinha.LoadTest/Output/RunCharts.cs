using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output;

internal static class RunCharts
{
    public static Chart Rate(RunReport report)
    {
        var seconds = WholeSeconds(report);
        var before = report.Baseline?.Series ?? [];
        var lines = new List<ChartLine>
        {
            new("completed", LineColor.Rate, Points(seconds, second => second.Completed), Filled: true),
        };
        if (seconds.Any(second => second.Failed > 0))
        {
            lines.Add(new ChartLine("failed", LineColor.Failed, Points(seconds, second => second.Failed)));
        }

        if (report.Baseline is { } baseline)
        {
            var points = Points(before, second => second.Completed);
            lines.Add(new ChartLine($"completed, {baseline.Name}", LineColor.Rate, points, Dashed: true));
        }

        var highest = seconds.Concat(before).Select(second => Math.Max(second.Completed, second.Failed));
        return new Chart
        {
            Id = "chart-rate",
            Title = "Rate over time",
            Subtitle = "requests in each second of the run",
            Description = seconds.Count == 0
                ? "No second was measured."
                : $"Over {seconds.Count} s between {Format.Count(seconds.Min(second => second.Completed))} and "
                + $"{Format.Count(seconds.Max(second => second.Completed))} requests were completed in a second.",
            X = AxisScale.Time(End(seconds, before)),
            Y = AxisScale.Linear(highest.DefaultIfEmpty().Max(), Format.RateTick),
            Lines = lines,
            Hints = Hints(seconds),
        };
    }

    public static Chart Latency(RunReport report)
    {
        var before = report.Baseline?.Series ?? [];
        var lines = Percentiles(report.Series, "", false).ToList();
        if (report.Baseline is { } baseline)
        {
            lines.AddRange(Percentiles(before, $", {baseline.Name}", true));
        }

        var y = AxisScale.Latency(Measured(lines));
        var slowest = report.Series.MaxBy(second => second.Max);
        return new Chart
        {
            Id = "chart-latency",
            Title = "Latency over time",
            Subtitle = "median, 90th and 99th percentile and longest of each second" + Scale(y),
            Description = slowest is null
                ? "No second was measured."
                : $"The slowest request, in second {slowest.Second}, took {Format.Duration(slowest.Max)}.",
            X = AxisScale.Time(End(report.Series, before)),
            Y = y,
            Lines = lines,
            Hints = Hints(report.Series),
        };
    }

    /// <summary>Latency by percentile, with equal room for each nine.</summary>
    public static Chart Distribution(RunReport report)
    {
        var sources = new List<(string Name, LineColor Color, IReadOnlyList<DistributionPoint> Points, bool Dashed)>();
        if (report.UncorrectedLatency is { } uncorrected)
        {
            sources.Add(("from the intended send time", LineColor.P50, report.Latency.Distribution, false));
            sources.Add(("from the actual send time (uncorrected)", LineColor.P99, uncorrected.Distribution, false));
        }
        else
        {
            sources.Add(("latency", LineColor.P50, report.Latency.Distribution, false));
        }

        if (report.Baseline is { } baseline)
        {
            sources.Add((baseline.Name, LineColor.P50, baseline.Distribution, true));
        }

        var lines = sources
            .Select(source => new ChartLine(source.Name, source.Color, Points(source.Points), source.Dashed))
            .ToArray();
        // The last point is at 1, which is infinitely many nines away: it is drawn a little behind the one before.
        var shares = sources.SelectMany(source => source.Points).Select(point => point.Share);
        var last = shares.Where(share => share < 1).DefaultIfEmpty().Max();
        var y = AxisScale.Latency(Measured(lines));
        return new Chart
        {
            Id = "chart-distribution",
            Title = "Latency by percentile",
            Subtitle = "how long that share of requests took at most, each nine as wide" + Scale(y),
            Description = $"Half of the requests took at most {Format.Duration(report.Latency.P50)}, 99% at most "
                + $"{Format.Duration(report.Latency.P99)}, all at most {Format.Duration(report.Latency.Max)}.",
            X = AxisScale.Percentile(1 - (1 - last) / 2),
            Y = y,
            Lines = lines,
            Aspect = 1.6,
        };
    }

    /// <summary>Latency at each rate that a search tried.</summary>
    public static Chart FindMax(FindMaxReport search)
    {
        var steps = search.Steps.OrderBy(step => step.Rate).ToArray();
        var y = AxisScale.Latency(steps.Select(step => step.Latency));
        var lines = new List<ChartLine>
        {
            new("latency", LineColor.Rate, steps.Select(Point).ToArray()),
            new("target kept", LineColor.Kept, steps.Where(step => step.Met).Select(Point).ToArray(), Dots: true),
            new("target missed", LineColor.Failed, steps.Where(step => !step.Met).Select(Point).ToArray(), Dots: true),
        };
        if (search.Rate > 0)
        {
            ChartPoint[] upright = [new(search.Rate, y.Low), new(search.Rate, y.High)];
            var name = $"highest rate: {Format.Rate(search.Rate)}/s";
            lines.Add(new ChartLine(name, LineColor.Kept, upright, Dashed: true));
        }

        return new Chart
        {
            Id = "chart-find-max",
            Title = "Latency by rate",
            Subtitle = $"{search.Objective}: the latency at each rate, in requests/s asked for" + Scale(y),
            Description = $"{steps.Length} rates were tried; the highest that kept {search.Objective} is "
                + $"{Format.Rate(search.Rate)} requests per second.",
            X = AxisScale.Linear(steps.Select(step => step.Rate).DefaultIfEmpty().Max(), Format.RateTick, 8),
            Y = y,
            Lines = lines,
            Aspect = 1.6,
            InText = true,
        };
    }

    /// <summary>
    /// The seconds that lasted a second. A last one that the end of the run cut short would look like a collapse of the
    /// server; it is left out, unless it is all there is.
    /// </summary>
    public static IReadOnlyList<SecondReport> WholeSeconds(RunReport report)
    {
        // A run of exactly 60 s takes a little more by the clock.
        const double SlackSeconds = 0.01;
        var whole = report.Series.Where(second => second.Second + 1 <= report.Duration + SlackSeconds).ToArray();
        return whole.Length > 0 ? whole : report.Series;
    }

    private static ChartPoint Point(FindMaxStep step) => new(step.Rate, Gap(step.Latency));

    private static ChartPoint[] Points(IReadOnlyList<DistributionPoint> points) =>
        points.Select(point => new ChartPoint(point.Share, Gap(point.Seconds))).ToArray();

    private static ChartPoint[] Points(IReadOnlyList<SecondReport> seconds, Func<SecondReport, double> value) =>
        seconds.Select(second => new ChartPoint(second.Second, value(second))).ToArray();

    private static ChartLine[] Percentiles(IReadOnlyList<SecondReport> seconds, string suffix, bool dashed) =>
    [
        new("p50" + suffix, LineColor.P50, Points(seconds, second => Gap(second.P50)), dashed),
        .. NinetiethPercentile(seconds, suffix, dashed),
        new("p99" + suffix, LineColor.P99, Points(seconds, second => Gap(second.P99)), dashed),
        new("max" + suffix, LineColor.Max, Points(seconds, second => Gap(second.Max)), dashed),
    ];

    // A baseline that was saved before it was measured has none.
    private static ChartLine[] NinetiethPercentile(
        IReadOnlyList<SecondReport> seconds, string suffix, bool dashed) =>
        seconds.Any(second => second.Max > 0) && seconds.All(second => second.P90 <= 0)
            ? []
            : [new("p90" + suffix, LineColor.P90, Points(seconds, second => Gap(second.P90)), dashed)];

    // A second without answers has no latency; a line through 0 would say that it was the fastest.
    private static double Gap(double latency) => latency > 0 ? latency : double.NaN;

    private static IEnumerable<double> Measured(IEnumerable<ChartLine> lines) =>
        lines.SelectMany(line => line.Points).Select(point => point.Y).Where(value => !double.IsNaN(value));

    private static string Scale(AxisScale axis) => axis.IsLogarithmic ? "; logarithmic" : "";

    private static int End(IReadOnlyList<SecondReport> now, IReadOnlyList<SecondReport> before) =>
        now.Concat(before).Select(second => second.Second).DefaultIfEmpty().Max();

    private static ChartHint[] Hints(IReadOnlyList<SecondReport> seconds) => seconds
        .Select(second => new ChartHint(
            second.Second - 0.5,
            second.Second + 0.5,
            $"second {second.Second}: {Format.Count(second.Completed)} completed, "
            + $"{Format.Count(second.Failed)} failed, p50 {Format.Duration(second.P50)}, "
            + $"p90 {Format.Duration(second.P90)}, p99 {Format.Duration(second.P99)}, "
            + $"max {Format.Duration(second.Max)}"))
        .ToArray();
}
