using Rinha.LoadTest.Collect;
using Rinha.LoadTest.Output;
using Rinha.LoadTest.Output.Charts;
using Rinha.LoadTest.Stats;
using Spectre.Console;

namespace Rinha.LoadTest.Tui;

/// <summary>
/// A value of each second over the time of the run, in columns. The time axis has a round length and grows in steps up
/// to the run's, so that the columns stay where they are for a while; it always spans the whole width.
/// </summary>
/// <param name="series">The finished seconds.</param>
/// <param name="durationSeconds">The run's length, when it is known.</param>
/// <param name="column">The column of some seconds.</param>
/// <param name="tick">How the axis writes a value.</param>
internal sealed class TimeChart(
    IReadOnlyList<SecondReport> series,
    double? durationSeconds,
    Func<WindowStats, ChartColumn> column,
    Func<double, string> tick) : Drawing
{
    // From here on there is room for a label half-way up.
    private const int MiddleLabelRowsMin = 7;

    private const int LabelWidth = 6; // "12.5ms"
    private const int EndWidth = 8; // "24:00:00"

    // A minute, which is what most runs take, and then round steps up to a day.
    private static readonly int[] s_axisSeconds = [60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 43200, 86400];

    /// <summary>Completed requests per second; seconds with failures stand out.</summary>
    public static TimeChart OfRate(LiveSnapshot snapshot) => new(
        snapshot.Series,
        snapshot.Duration,
        stats =>
        {
            var style = stats.Failed > 0 ? ToneStyle.Of(Tone.Bad) : Palette.Bar;
            return new ChartColumn(stats.Rate, style, stats.Rate, style);
        },
        Figures.RateTick);

    /// <summary>The median and above it the 99th percentile.</summary>
    public static TimeChart OfLatency(LiveSnapshot snapshot) => new(
        snapshot.Series,
        snapshot.Duration,
        stats => new ChartColumn(stats.P50, Palette.Bar, stats.P99, Palette.Border),
        Figures.DurationTick);

    /// <inheritdoc/>
    protected override IEnumerable<Line> Draw(int width, int height)
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
        var line = new Line().Right(label, LabelWidth, Tone.Muted).Add("│", Palette.Border);
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
        .Repeat(' ', LabelWidth, Palette.Border)
        .Add("└", Palette.Border)
        .Left("0:00", Math.Max(0, width - EndWidth), Tone.Muted)
        .Right(RunProgress.Clock(seconds), EndWidth, Tone.Muted);
}
