using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output;

// Builds the charts of a report from a run's series and distributions.
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
        var (seconds, before) = (CompleteSeconds(run), run.Baseline?.Series ?? []);
        var highest = seconds.Concat(before).Select(second => Math.Max(second.Completed, second.Failed));
        return new Chart(
            "chart-rate",
            "Rate over time",
            "requests in each second of the run",
            seconds.Count == 0
                ? "No second was measured."
                : $"Over {seconds.Count} s it completed {Format.Count(seconds.Min(second => second.Completed))} to "
                    + $"{Format.Count(seconds.Max(second => second.Completed))} requests per second.",
            AxisScale.Time(LastSecond(seconds, before)),
            AxisScale.Linear(highest.DefaultIfEmpty().Max(), Format.RateTick),
            WithoutEmpty(
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
        var lines = WithoutEmpty(
        [
            .. s_percentiles.Select(percentile => new ChartLine(
                percentile.Name, percentile.Color, Points(seconds, second => OrGap(percentile.Of(second))))),
            .. s_percentiles.Select(percentile => new ChartLine(
                $"{percentile.Name}, {run.Baseline?.Name}",
                percentile.Color,
                Points(before, second => OrGap(percentile.Of(second))),
                Dashed: true)),
        ]);
        var slowest = seconds.MaxBy(second => second.Max);
        return Latencies(
            "chart-latency",
            "Latency over time",
            "p50, p90, p99 and maximum of each second",
            slowest is null
                ? "No second was measured."
                : $"The slowest request, in second {slowest.Second}, took {Format.Duration(slowest.Max)}.",
            AxisScale.Time(LastSecond(seconds, before)),
            lines);
    }

    public static Chart Distribution(RunReport run)
    {
        var (latency, uncorrected) = (run.Latency, run.UncorrectedLatency);
        var lines = WithoutEmpty(
        [
            new(
                uncorrected is null ? "latency" : "from the intended send time",
                LineColor.P50,
                Points(latency.Distribution)),
            new("from the actual send time (uncorrected)", LineColor.P99, Points(uncorrected?.Distribution ?? [])),
            new(run.Baseline?.Name ?? "", LineColor.P50, Points(run.Baseline?.Distribution ?? []), Dashed: true),
        ]);
        // A share of 1 is infinitely many nines away: draw it just past the point before.
        var shares = lines.SelectMany(line => line.Points).Select(point => point.X);
        var last = shares.Where(share => share < 1).DefaultIfEmpty().Max();
        return Latencies(
            "chart-distribution",
            "Latency by percentile",
            "maximum latency of each share of requests; every further nine has the same width",
            $"Half of the requests took at most {Format.Duration(latency.P50)}, 99% at most "
                + $"{Format.Duration(latency.P99)}, all at most {Format.Duration(latency.Max)}.",
            AxisScale.Percentile(1 - (1 - last) / 2),
            lines);
    }

    public static Chart FindMax(FindMaxReport search)
    {
        var steps = search.Steps.OrderBy(step => step.Rate).ToArray();
        ChartPoint[] Points(Func<FindMaxStep, bool> isWanted) =>
            [.. steps.Where(isWanted).Select(step => new ChartPoint(step.Rate, OrGap(step.Latency)))];

        var chart = Latencies(
            "chart-find-max",
            "Latency by rate",
            $"{search.Objective}: latency at each target rate in requests/s",
            $"{steps.Length} rates were tested; the highest that met {search.Objective} is "
                + $"{Format.Rate(search.Rate)} requests per second.",
            AxisScale.Linear(steps.Select(step => step.Rate).DefaultIfEmpty().Max(), Format.RateTick, 8),
            WithoutEmpty(
            [
                new("latency", LineColor.Rate, Points(_ => true)),
                new("target met", LineColor.Met, Points(step => step.Met), Dots: true),
                new("target missed", LineColor.Failed, Points(step => !step.Met), Dots: true),
            ]));
        ChartPoint[] vertical = [new(search.Rate, chart.Y.Low), new(search.Rate, chart.Y.High)];
        var name = $"highest rate: {Format.Rate(search.Rate)}/s";
        return search.Rate > 0
            ? chart with { Lines = [.. chart.Lines, new(name, LineColor.Met, vertical, Dashed: true)] }
            : chart;
    }

    // Drops a last second that the end of the run cut short: it would look like the server collapsed.
    public static IReadOnlyList<SecondReport> CompleteSeconds(RunReport run)
    {
        // A run of 60 s ends slightly late.
        const double SlackSeconds = 0.01;
        var whole = run.Series.Where(second => second.Second + 1 <= run.Duration + SlackSeconds).ToArray();
        return whole.Length > 0 ? whole : run.Series;
    }

    // A second without answers has no latency; drawn as 0 it would look like the fastest.
    public static double OrGap(double latency) => latency > 0 ? latency : double.NaN;

    private static Chart Latencies(
        string id, string title, string subtitle, string description, AxisScale x, ChartLine[] lines)
    {
        var y = AxisScale.Latency(lines.SelectMany(line => line.Points).Select(point => point.Y));
        return new Chart(id, title, subtitle + (y.IsLogarithmic ? "; logarithmic" : ""), description, x, y, lines);
    }

    // Drops lines without data: no baseline, no failure, or a report saved before p90 was recorded.
    private static ChartLine[] WithoutEmpty(ChartLine[] lines) =>
        [.. lines.Where(line => line.Points.Any(point => point.Y > 0))];

    private static ChartPoint[] Points(IReadOnlyList<DistributionPoint> points) =>
        [.. points.Select(point => new ChartPoint(point.Share, OrGap(point.Seconds)))];

    private static ChartPoint[] Points(IReadOnlyList<SecondReport> seconds, Func<SecondReport, double> value) =>
        [.. seconds.Select(second => new ChartPoint(second.Second, value(second)))];

    private static int LastSecond(IReadOnlyList<SecondReport> now, IReadOnlyList<SecondReport> before) =>
        now.Concat(before).Select(second => second.Second).DefaultIfEmpty().Max();
}

// An axis: maps values to positions, and places the ticks.
internal sealed class AxisScale
{
    private static readonly int[] s_roundSteps = [1, 2, 5, 10];
    private static readonly int[] s_timeSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];

    private readonly Func<double, double> _transform;

    private AxisScale(double low, double high, Func<double, double> transform, IEnumerable<AxisTick> ticks) =>
        (Low, High, _transform, Ticks) = (low, high, transform, [.. ticks]);

    public double Low { get; }

    public double High { get; }

    public bool IsLogarithmic => Low > 0;

    public IReadOnlyList<AxisTick> Ticks { get; }

    // The value's position from 0 to 1, clamped.
    public double Position(double value)
    {
        var (low, high) = (_transform(Low), _transform(High));
        return Math.Clamp((_transform(Math.Clamp(value, Low, High)) - low) / (high - low), 0, 1);
    }

    // From 0 to the first round value at or above the maximum.
    public static AxisScale Linear(double max, Func<double, string> label, int ticksWanted = 5)
    {
        var end = max > 0 ? max : 1;
        var step = RoundUp(end / ticksWanted);
        var count = (int)Math.Ceiling(end / step - 1e-9);
        return Linear(count * step, Enumerable.Range(0, count + 1).Select(index => index * step), label);
    }

    // From 0 to exactly the last value: a round end would leave a gap.
    public static AxisScale Time(double seconds)
    {
        var high = Math.Max(seconds, 1);
        double step = s_timeSteps.FirstOrDefault(step => step >= high / 6, (int)Math.Ceiling(high / 6 / 3600) * 3600);
        return Linear(high, Enumerable.Range(0, (int)(high / step) + 1).Select(index => index * step), Clock);
    }

    // Logarithmic if values differ widely: on a linear axis a one-second pause would flatten everything else.
    public static AxisScale Latency(IEnumerable<double> values)
    {
        const double LinearRatioMax = 20;
        var positive = values.Where(value => value > 0).DefaultIfEmpty(0.001).ToArray();
        var (min, max) = (positive.Min(), positive.Max());
        if (max / min < LinearRatioMax)
        {
            return Linear(max, Format.DurationTick);
        }

        var (low, high) = (RoundDown(min), RoundUp(max));
        // A short axis also gets ticks within decades.
        int[] factors = Math.Log10(high / low) < 2.5 ? [1, 2, 5] : [1];
        var ticks =
            from decade in Enumerable.Range((int)Math.Floor(Math.Log10(low)), 20)
            from factor in factors
            let value = factor * Math.Pow(10, decade)
            where value >= low * 0.999 && value <= high * 1.001
            select new AxisTick(value, Format.DurationTick(value));
        return new AxisScale(low, high, Math.Log10, ticks);
    }

    // Percentiles as shares; every further nine (90, 99, 99.9%) has the same width.
    public static AxisScale Percentile(double shareMax)
    {
        var high = Math.Clamp(shareMax, 0.99, 0.9999999);
        var ticks = Enumerable.Range(1, 7).Select(nines => 1 - Math.Pow(10, -nines)).Prepend(0.5)
            .Where(share => share <= high + 1e-12)
            .Select(share => new AxisTick(share, Format.Percentile(share)));
        return new AxisScale(0, high, share => -Math.Log10(1 - share), ticks);
    }

    private static AxisScale Linear(double high, IEnumerable<double> marks, Func<double, string> label) =>
        new(0, high, value => value, marks.Select(value => new AxisTick(value, label(value))));

    // To 1, 2 or 5 times a power of ten. The tolerance keeps 0.3 / 3, slightly above 0.1, from becoming 0.2.
    private static double RoundUp(double value)
    {
        var power = Power(value);
        return power * s_roundSteps.First(factor => value <= factor * power * 1.000001);
    }

    private static double RoundDown(double value)
    {
        var power = Power(value);
        return power * s_roundSteps.Last(factor => value >= factor * power * 0.999999);
    }

    private static double Power(double value) => Math.Pow(10, Math.Floor(Math.Log10(value)));

    private static string Clock(double seconds) =>
        seconds < 120 ? $"{seconds:0}s" : $"{(int)seconds / 60}:{(int)seconds % 60:00}";
}
