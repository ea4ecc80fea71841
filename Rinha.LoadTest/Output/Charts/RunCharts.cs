using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output.Charts;

/// <summary>The charts of a run.</summary>
internal static class RunCharts
{
    /// <summary>Requests in each second.</summary>
    public static LineChart Rate(RunReport report)
    {
        var seconds = WholeSeconds.Of(report);
        var before = report.Baseline?.Series ?? [];
        var lines = new List<ChartLine>
        {
            new("completed", "s-rate", Points(seconds, second => second.Completed), Filled: true),
        };
        if (seconds.Any(second => second.Failed > 0))
        {
            lines.Add(new ChartLine("failed", "s-failed", Points(seconds, second => second.Failed)));
        }

        if (report.Baseline is { } baseline)
        {
            lines.Add(new ChartLine(
                $"completed, {baseline.Name}", "s-rate", Points(before, second => second.Completed), Dashed: true));
        }

        var highest = seconds.Concat(before).Select(second => Math.Max(second.Completed, second.Failed));
        return new LineChart
        {
            Id = "chart-rate",
            Title = "Rate over time",
            Subtitle = "requests in each second of the run",
            Description = seconds.Count == 0
                ? "No second was measured."
                : $"Over {seconds.Count} s between {Figures.Count(seconds.Min(second => second.Completed))} and "
                + $"{Figures.Count(seconds.Max(second => second.Completed))} requests were completed in a second.",
            X = AxisScale.Time(End(seconds, before)),
            Y = AxisScale.Linear(highest.DefaultIfEmpty().Max(), Figures.RateTick),
            Lines = lines,
            Hints = Hints(seconds),
        };
    }

    /// <summary>Latency in each second.</summary>
    public static LineChart Latency(RunReport report)
    {
        var before = report.Baseline?.Series ?? [];
        var lines = Percentiles(report.Series, "", false).ToList();
        if (report.Baseline is { } baseline)
        {
            lines.AddRange(Percentiles(before, $", {baseline.Name}", true));
        }

        var y = AxisScale.Latency(Measured(lines));
        var slowest = report.Series.MaxBy(second => second.Max);
        return new LineChart
        {
            Id = "chart-latency",
            Title = "Latency over time",
            Subtitle = "median, 90th and 99th percentile and longest of each second" + Scale(y),
            Description = slowest is null
                ? "No second was measured."
                : $"The slowest request, in second {slowest.Second}, took {Figures.Duration(slowest.Max)}.",
            X = AxisScale.Time(End(report.Series, before)),
            Y = y,
            Lines = lines,
            Hints = Hints(report.Series),
        };
    }

    /// <summary>Latency by percentile, with equal room for each nine.</summary>
    public static LineChart Distribution(RunReport report)
    {
        var sources = new List<(string Name, string Style, IReadOnlyList<DistributionPoint> Points, bool Dashed)>();
        if (report.UncorrectedLatency is { } uncorrected)
        {
            sources.Add(("from the intended send time", "s-p50", report.Latency.Distribution, false));
            sources.Add(("from the actual send time (uncorrected)", "s-p99", uncorrected.Distribution, false));
        }
        else
        {
            sources.Add(("latency", "s-p50", report.Latency.Distribution, false));
        }

        if (report.Baseline is { } baseline)
        {
            sources.Add((baseline.Name, "s-p50", baseline.Distribution, true));
        }

        var lines = sources
            .Select(source => new ChartLine(source.Name, source.Style, Points(source.Points), source.Dashed))
            .ToArray();
        // The last point is at 1, which is infinitely many nines away: it is drawn a little behind the one before.
        var shares = sources.SelectMany(source => source.Points).Select(point => point.Share);
        var last = shares.Where(share => share < 1).DefaultIfEmpty().Max();
        var y = AxisScale.Latency(Measured(lines));
        return new LineChart
        {
            Id = "chart-distribution",
            Title = "Latency by percentile",
            Subtitle = "how long that share of requests took at most, each nine as wide" + Scale(y),
            Description = $"Half of the requests took at most {Figures.Duration(report.Latency.P50)}, 99% at most "
                + $"{Figures.Duration(report.Latency.P99)}, all at most {Figures.Duration(report.Latency.Max)}.",
            X = AxisScale.Percentile(1 - (1 - last) / 2),
            Y = y,
            Lines = lines,
            Aspect = 1.6,
        };
    }

    /// <summary>Latency at each rate that a search tried.</summary>
    public static LineChart FindMax(FindMaxReport search)
    {
        var steps = search.Steps.OrderBy(step => step.Rate).ToArray();
        var y = AxisScale.Latency(steps.Select(step => step.Latency));
        var lines = new List<ChartLine>
        {
            new("latency", "s-rate", steps.Select(Point).ToArray()),
            new("target kept", "s-kept", steps.Where(step => step.Met).Select(Point).ToArray(), Dots: true),
            new("target missed", "s-failed", steps.Where(step => !step.Met).Select(Point).ToArray(), Dots: true),
        };
        if (search.Rate > 0)
        {
            ChartPoint[] upright = [new(search.Rate, y.Low), new(search.Rate, y.High)];
            lines.Add(new ChartLine($"highest rate: {Figures.Rate(search.Rate)}/s", "s-kept", upright, Dashed: true));
        }

        return new LineChart
        {
            Id = "chart-find-max",
            Title = "Latency by rate",
            Subtitle = $"{search.Objective}: the latency at each rate, in requests/s asked for" + Scale(y),
            Description = $"{steps.Length} rates were tried; the highest that kept {search.Objective} is "
                + $"{Figures.Rate(search.Rate)} requests per second.",
            X = AxisScale.Linear(steps.Select(step => step.Rate).DefaultIfEmpty().Max(), Figures.RateTick, 8),
            Y = y,
            Lines = lines,
            Aspect = 1.6,
        };
    }

    private static ChartPoint Point(FindMaxStep step) => new(step.Rate, Gap(step.Latency));

    private static ChartPoint[] Points(IReadOnlyList<DistributionPoint> points) =>
        points.Select(point => new ChartPoint(point.Share, Gap(point.Seconds))).ToArray();

    private static ChartPoint[] Points(IReadOnlyList<SecondReport> seconds, Func<SecondReport, double> value) =>
        seconds.Select(second => new ChartPoint(second.Second, value(second))).ToArray();

    private static ChartLine[] Percentiles(IReadOnlyList<SecondReport> seconds, string suffix, bool dashed) =>
    [
        new("p50" + suffix, "s-p50", Points(seconds, second => Gap(second.P50)), dashed),
        .. NinetiethPercentile(seconds, suffix, dashed),
        new("p99" + suffix, "s-p99", Points(seconds, second => Gap(second.P99)), dashed),
        new("max" + suffix, "s-max", Points(seconds, second => Gap(second.Max)), dashed),
    ];

    // A baseline that was saved before it was measured has none.
    private static ChartLine[] NinetiethPercentile(
        IReadOnlyList<SecondReport> seconds, string suffix, bool dashed) =>
        seconds.Any(second => second.Max > 0) && seconds.All(second => second.P90 <= 0)
            ? []
            : [new("p90" + suffix, "s-p90", Points(seconds, second => Gap(second.P90)), dashed)];

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
            $"second {second.Second}: {Figures.Count(second.Completed)} completed, "
            + $"{Figures.Count(second.Failed)} failed, p50 {Figures.Duration(second.P50)}, "
            + $"p90 {Figures.Duration(second.P90)}, p99 {Figures.Duration(second.P99)}, "
            + $"max {Figures.Duration(second.Max)}"))
        .ToArray();
}
