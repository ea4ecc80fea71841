using Rinha.LoadTest.Collect;
using Rinha.LoadTest.Output;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Tui;

// A value of each second over the time of the run, in columns. The time axis has a round length and grows in steps up
// to the run's, so that the columns stay where they are for a while; it always spans the whole width.
internal sealed class TimeChart(
    IReadOnlyList<SecondReport> series,
    double? durationSeconds,
    Func<WindowStats, ChartColumn> column,
    Func<double, string> tick)
{
    private const int MiddleLabelRowsMin = 7;
    private const int LabelWidth = 6; // "12.5ms"
    private const int EndWidth = 8; // "24:00:00"

    // A minute, which is what most runs take, and then round steps up to a day.
    private static readonly int[] s_axisSeconds = [60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 43200, 86400];

    // Completed requests per second; seconds with failures stand out.
    public static Drawing OfRate(LiveSnapshot snapshot) => new TimeChart(
        snapshot.Series,
        snapshot.Duration,
        stats => new ChartColumn(stats.Rate, stats.Failed > 0 ? Tone.Bad : Tone.Accent, stats.Rate),
        Format.RateTick).Draw;

    // The median and above it the 99th percentile.
    public static Drawing OfLatency(LiveSnapshot snapshot) => new TimeChart(
        snapshot.Series,
        snapshot.Duration,
        stats => new ChartColumn(stats.P50, Tone.Accent, stats.P99),
        Format.DurationTick).Draw;

    public IEnumerable<Line> Draw(int width, int height)
    {
        if (series.Count == 0)
        {
            return [new Line().Add("after the first second", Tone.Muted)];
        }

        var seconds = AxisSeconds();
        var plotWidth = Math.Max(0, width - LabelWidth - 1);
        var columns = Columns(plotWidth, seconds);
        var top = AxisScale.Linear(columns.Select(column => column.High).DefaultIfEmpty().Max(), tick).High;
        var rows = Math.Max(1, height - 1);
        return Enumerable.Range(0, rows).Select(row => Row(columns, top, row, rows)).Append(new Line()
            .Repeat(' ', LabelWidth, Tone.Muted)
            .Add("└", Tone.Muted)
            .Left("0:00", Math.Max(0, plotWidth - EndWidth), Tone.Muted)
            .Right(RunProgress.Clock(seconds), EndWidth, Tone.Muted));
    }

    // A column has the seconds that begin in it, or where seconds are wider than columns, the one that it is a part of.
    private ChartColumn[] Columns(int width, int seconds) =>
    [
        .. from at in Enumerable.Range(0, width)
           let start = (int)((long)at * seconds / width)
           where start < series.Count
           let end = (int)((at + 1L) * seconds / width)
           select column(WindowStats.Of(series, start, Math.Max(1, end - start))),
    ];

    private int AxisSeconds()
    {
        var round = s_axisSeconds.FirstOrDefault(seconds => seconds >= series.Count, series.Count);
        return durationSeconds is { } duration && duration >= series.Count
            ? Math.Min(round, (int)Math.Ceiling(duration))
            : round;
    }

    private Line Row(ChartColumn[] columns, double top, int row, int rows)
    {
        // The middle of an even number of rows lies between two of them; its label stands below it.
        var label = row == 0 ? tick(top) : row == rows / 2 && rows >= MiddleLabelRowsMin ? tick(top / 2) : "";
        var line = new Line().Right(label, LabelWidth, Tone.Muted).Add("│", Tone.Muted);
        var below = (rows - 1 - row) * Blocks.Steps;
        foreach (var (low, tone, high) in columns)
        {
            var lowSteps = Blocks.StepsOf(low / top, rows) - below;
            var highSteps = Blocks.StepsOf(high / top, rows) - below;

            // A character has one colour: the lower part's when it fills half of it, or when there is nothing above it.
            var isLow = lowSteps >= Blocks.Steps / 2 || (lowSteps > 0 && highSteps <= lowSteps);
            line.Repeat(Blocks.Column(Math.Max(lowSteps, highSteps)), 1, isLow ? tone : Tone.Muted);
        }

        return line;
    }
}

// One column of a chart: a value in a tone, and muted above it up to a second one.
internal readonly record struct ChartColumn(double Low, Tone Tone, double High);

// Some neighbouring seconds of a run taken together.
// P50: The mean of the seconds' medians in seconds, each weighted by its requests: close to the median, exact for one
// second.
// P99: The highest of the seconds' 99th percentiles in seconds: no less than the true one, exact for one second.
internal sealed record WindowStats(int Seconds, long Completed, long Failed, double P50, double P99, double Max)
{
    public double Rate => Seconds > 0 ? (double)Completed / Seconds : 0;

    // The newest seconds, as many as there are up to count.
    public static WindowStats OfLast(IReadOnlyList<SecondReport> series, int count) =>
        Of(series, Math.Max(0, series.Count - count), count);

    // So many seconds from one on, as far as there are any.
    public static WindowStats Of(IReadOnlyList<SecondReport> series, int start, int count)
    {
        SecondReport[] seconds = [.. series.Skip(start).Take(count)];
        var completed = seconds.Sum(second => second.Completed);
        return new WindowStats(
            seconds.Length,
            completed,
            seconds.Sum(second => second.Failed),
            completed > 0 ? seconds.Sum(second => second.P50 * second.Completed) / completed : 0,
            seconds.Select(second => second.P99).DefaultIfEmpty().Max(),
            seconds.Select(second => second.Max).DefaultIfEmpty().Max());
    }
}
