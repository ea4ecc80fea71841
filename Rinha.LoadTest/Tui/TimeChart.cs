using Rinha.LoadTest.Collect;
using Rinha.LoadTest.Output;
using Rinha.LoadTest.Stats;
using Spectre.Console;

namespace Rinha.LoadTest.Tui;

/// <summary>
/// A value of each second over the time of the run, in columns. The time axis has a round length and grows in steps up
/// to the run's, so that the columns stay where they are for a while; it always spans the whole width.
/// </summary>
internal sealed class TimeChart(
    IReadOnlyList<SecondReport> series,
    double? durationSeconds,
    Func<WindowStats, ChartColumn> column,
    Func<double, string> tick)
{
    // From here on there is room for a label half-way up.
    private const int MiddleLabelRowsMin = 7;

    private const int LabelWidth = 6; // "12.5ms"
    private const int EndWidth = 8; // "24:00:00"

    // A minute, which is what most runs take, and then round steps up to a day.
    private static readonly int[] s_axisSeconds = [60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 43200, 86400];

    /// <summary>Completed requests per second; seconds with failures stand out.</summary>
    public static Drawing OfRate(LiveSnapshot snapshot) => new TimeChart(
        snapshot.Series,
        snapshot.Duration,
        stats =>
        {
            var style = stats.Failed > 0 ? TextReport.StyleOf(Tone.Bad) : Drawings.Bar;
            return new ChartColumn(stats.Rate, style, stats.Rate, style);
        },
        Format.RateTick).Draw;

    /// <summary>The median and above it the 99th percentile.</summary>
    public static Drawing OfLatency(LiveSnapshot snapshot) => new TimeChart(
        snapshot.Series,
        snapshot.Duration,
        stats => new ChartColumn(stats.P50, Drawings.Bar, stats.P99, Drawings.Border),
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
        var labels = Labels(top, height - 1);
        return labels
            .Select((label, row) => Row(label, columns, top, row, labels.Length))
            .Append(TimeAxis(plotWidth, seconds));
    }

    // A column has the seconds that begin in it, or where seconds are wider than columns, the one that it is a part of.
    private ChartColumn[] Columns(int width, int seconds)
    {
        var columns = new List<ChartColumn>(width);
        for (long at = 0; at < width; at++)
        {
            var start = (int)(at * seconds / width);
            var end = (int)((at + 1) * seconds / width);
            if (start >= series.Count)
            {
                break;
            }

            columns.Add(column(WindowStats.Of(series, start, Math.Max(1, end - start))));
        }

        return [.. columns];
    }

    private int AxisSeconds()
    {
        var round = s_axisSeconds.FirstOrDefault(seconds => seconds >= series.Count, series.Count);
        return durationSeconds is { } duration && duration >= series.Count
            ? Math.Min(round, (int)Math.Ceiling(duration))
            : round;
    }

    private string[] Labels(double top, int rows)
    {
        var labels = new string[Math.Max(1, rows)];
        Array.Fill(labels, "");
        labels[0] = tick(top);
        if (rows >= MiddleLabelRowsMin)
        {
            // The middle of an even number of rows lies between two of them; the label stands below it.
            labels[rows / 2] = tick(top / 2);
        }

        return labels;
    }

    private static Line Row(string label, ChartColumn[] columns, double top, int row, int rows)
    {
        var line = new Line().Right(label, LabelWidth, Tone.Muted).Add("│", Drawings.Border);
        var below = (rows - 1 - row) * Blocks.Steps;
        foreach (var (low, lowStyle, high, highStyle) in columns)
        {
            var lowSteps = Blocks.StepsOf(low / top, rows) - below;
            var highSteps = Blocks.StepsOf(high / top, rows) - below;

            // A character has one colour: the lower part's when it fills half of it, or when there is nothing above it.
            var isLow = lowSteps >= Blocks.Steps / 2 || (lowSteps > 0 && highSteps <= lowSteps);
            var character = Blocks.Column(Math.Max(lowSteps, highSteps));
            line.Repeat(character, 1, isLow ? lowStyle : highStyle);
        }

        return line;
    }

    private static Line TimeAxis(int width, int seconds) => new Line()
        .Repeat(' ', LabelWidth, Drawings.Border)
        .Add("└", Drawings.Border)
        .Left("0:00", Math.Max(0, width - EndWidth), Tone.Muted)
        .Right(RunProgress.Clock(seconds), EndWidth, Tone.Muted);
}

/// <summary>One column of a chart: a value in a style, and above it a second one.</summary>
/// <param name="High">Where the upper part ends; not below <paramref name="Low"/>.</param>
internal readonly record struct ChartColumn(double Low, Style LowStyle, double High, Style HighStyle);

/// <summary>Some neighbouring seconds of a run taken together.</summary>
/// <param name="P50">
/// The mean of the seconds' medians in seconds, each weighted by its requests: close to the median, exact for one
/// second.
/// </param>
/// <param name="P99">
/// The highest of the seconds' 99th percentiles in seconds: no less than the true one, exact for one second.
/// </param>
internal sealed record WindowStats(int Seconds, long Completed, long Failed, double P50, double P99, double Max)
{
    public double Rate => Seconds > 0 ? (double)Completed / Seconds : 0;

    /// <summary>The newest seconds, as many as there are up to <paramref name="count"/>.</summary>
    public static WindowStats OfLast(IReadOnlyList<SecondReport> series, int count) =>
        Of(series, Math.Max(0, series.Count - count), count);

    /// <summary>So many seconds from one on, as far as there are any.</summary>
    public static WindowStats Of(IReadOnlyList<SecondReport> series, int start, int count)
    {
        var end = Math.Min(series.Count, start + count);
        var (completed, failed, p50Sum, p99, max) = (0L, 0L, 0.0, 0.0, 0.0);
        for (var at = start; at < end; at++)
        {
            var second = series[at];
            completed += second.Completed;
            failed += second.Failed;
            p50Sum += second.P50 * second.Completed;
            p99 = Math.Max(p99, second.P99);
            max = Math.Max(max, second.Max);
        }

        return new WindowStats(end - start, completed, failed, completed > 0 ? p50Sum / completed : 0, p99, max);
    }
}
