using Rinha.LoadTest.Output;
using Rinha.LoadTest.Progress;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Tui;

// The panels of a load run's screen.
internal static class Panels
{
    public const int FailureKindCountMax = 5;

    private const int NameWidthMin = 7;

    // A long operation name is cut to make room for this many columns.
    private const int ColumnCountMin = 3;

    // The operations' columns, widths including a gap; the last ones are dropped first.
    private static readonly (string Title, int Width, Func<OperationReport, string> Figure)[] s_columns =
    [
        ("req/s", 9, operation => Format.Rate(operation.Rate)),
        ("failed", 8, operation => Format.Count(operation.Failed)),
        ("p99", 8, operation => Format.Duration(operation.Latency.P99)),
        ("p50", 8, operation => Format.Duration(operation.Latency.P50)),
        ("completed", 11, operation => Format.Count(operation.Completed)),
        ("max", 8, operation => Format.Duration(operation.Latency.Max)),
        ("p99.9", 8, operation => Format.Duration(operation.Latency.P999)),
        ("mean", 8, operation => Format.Duration(operation.Latency.Mean)),
    ];

    public static Drawing Header(LiveSnapshot snapshot, ViewState view) => (width, _) =>
    {
        var (phase, tone) = (view, snapshot.Phase) switch
        {
            ({ Ending: true }, _) => ("ending", Tone.Warning),
            ({ Paused: true }, _) => ("paused", Tone.Warning),
            (_, "warm-up" or "paused") => (snapshot.Phase, Tone.Warning),
            _ => (snapshot.Phase, Tone.Good),
        };
        var clock = RunProgress.FormatTime(snapshot.Elapsed);
        var progress = snapshot switch
        {
            { Duration: { } duration } => $"{clock} of {RunProgress.FormatTime(duration)}",
            { Iterations: { } iterations } =>
                $"{clock}, {Format.Count(RunProgress.Finished(snapshot))} of {Format.Count(iterations)} requests",
            _ => clock,
        };
        var line = new Line().Add(" rinha load", Tone.Strong).Add("  " + phase, tone).Add("  " + progress);
        var inFlight = $"{Format.Count(snapshot.InFlight)} in flight ";
        return
        [
            inFlight.Length < width - line.Width ? line.Right(inFlight, width - line.Width, Tone.Muted) : line,
            ProgressBar(snapshot, width),
        ];
    };

    // Most important rows first; the rest is cut. Percentiles may carry ≈ or ≤.
    public static Drawing Totals(long completed, long failed, double rate, string p50, string p99, double max)
    {
        const int NameWidth = 9;
        var share = failed > 0 ? $" = {Format.Percent((double)failed / (completed + failed))}" : "";
        (string Name, string Figure, string More, Tone Tone)[] rows =
        [
            ("rate", Format.Rate(rate) + "/s", "", Tone.Strong),
            ("p99", p99, "", Tone.Strong),
            ("failed", Format.Count(failed), share, failed > 0 ? Tone.Bad : Tone.Good),
            ("p50", p50, "", Tone.Plain),
            ("max", Format.Duration(max), "", Tone.Plain),
            ("requests", Format.Count(completed + failed), "", Tone.Plain),
        ];
        return (width, _) => rows.Select(row => new Line().Left(row.Name, NameWidth, Tone.Muted).Right(
            row.Figure + (row.Figure.Length + row.More.Length <= width - NameWidth ? row.More : ""),
            width - NameWidth,
            row.Tone));
    }

    public static Drawing Statuses(IReadOnlyDictionary<int, long> statuses) => (width, height) =>
    {
        const int StatusWidth = 4, CountWidth = 11, ShareWidth = 8, BarWidthMin = 6;
        var total = Math.Max(1, statuses.Values.Sum());
        var barWidth = width - StatusWidth - CountWidth - ShareWidth;
        var hasCount = barWidth >= BarWidthMin;

        // Picks the most frequent, orders them by status, so that rows do not jump.
        return statuses.Count == 0 ? [new Line().Add("no answers yet", Tone.Muted)] : statuses
            .OrderByDescending(pair => pair.Value)
            .Take(height)
            .OrderBy(pair => pair.Key)
            .Select(pair =>
            {
                var (tone, share) = (Format.StatusTone(pair.Key), (double)pair.Value / total);
                return new Line()
                    .Left($"{pair.Key}", StatusWidth, tone)
                    .Add(BlockCharacters.Bar(share, hasCount ? barWidth : barWidth + CountWidth), tone)
                    .Right(Format.Count(pair.Value), hasCount ? CountWidth : 0)
                    .Right(Format.Percent(share), ShareWidth);
            });
    };

    public static Drawing Histogram(LatencyReport latency) => (width, height) =>
    {
        const int BoundWidth = 8, ShareWidth = 8;
        const int LabelsWidth = 8; // "p99-99.9"
        var bars = Merged(latency.Histogram, height);
        if (bars.Count == 0)
        {
            return [new Line().Add("no answers yet", Tone.Muted)];
        }

        var barWidth = width - BoundWidth - 1 - ShareWidth - 1 - LabelsWidth;
        var highest = bars.Max(bar => bar.Count);
        return bars.Select((bar, at) => new Line()
            .Right("≤ " + Format.DurationTick(bar.UpToSeconds), BoundWidth, Tone.Muted)
            .Add(" ")
            .Add(BlockCharacters.Bar((double)bar.Count / highest, barWidth), Tone.Accent)
            .Right(Format.Percent((double)bar.Count / Math.Max(1, latency.Count)), ShareWidth)
            .Add(" ")
            .Left(
                PercentileLabels(latency, at > 0 ? bars[at - 1].UpToSeconds : 0, bar.UpToSeconds),
                LabelsWidth,
                Tone.Warning));
    };

    public static Drawing Operations(IReadOnlyList<OperationReport> operations) => (width, height) =>
    {
        var longest = operations.Select(operation => operation.Name.Length).DefaultIfEmpty().Max();
        var nameWidthMax = Math.Max(NameWidthMin, width - s_columns.Take(ColumnCountMin).Sum(column => column.Width));
        var rows = operations.Select(operation => (Cell[])
        [
            operation.Name,
            .. s_columns.Select(column => new Cell(
                column.Figure(operation),
                column.Title == "failed" && operation.Failed > 0 ? Tone.Bad : Tone.Plain)),
        ]);
        var name = ("", Math.Clamp(longest, NameWidthMin, nameWidthMax));
        return Drawings.Table([name, .. s_columns.Select(column => (column.Title, column.Width))], rows)(width, height);
    };

    public static Drawing Failures(IReadOnlyList<FailureReport> failures) => (width, _) =>
    {
        const int CountWidth = 8, ExampleWidthMin = 20;
        const int KindWidth = 22; // "closed before answer" and a gap
        var exampleWidth = width - CountWidth - 1 - KindWidth;
        var hasExample = exampleWidth >= ExampleWidthMin;
        return failures.Count == 0
            ? [new Line().Add("none", Tone.Good)]
            : failures.Take(FailureKindCountMax).Select(failure => new Line()
                .Right(Format.Count(failure.Count), CountWidth, Tone.Bad)
                .Add(" ")
                .Left(Format.Failure(failure.Kind), hasExample ? KindWidth : width - CountWidth - 1)
                .AddUntrusted(hasExample ? failure.Example : "", Math.Max(0, exampleWidth), Tone.Muted));
    };

    public static Drawing Keys(ViewState view) => (_, _) => view.Ending
        ?
        [
            new Line()
                .Add(" ending: the report follows", Tone.Warning)
                .Add("   Ctrl-C", Tone.Strong).Add(" quit now, without report", Tone.Muted),
        ]
        :
        [
            new Line()
                .Add(" + -", Tone.Strong).Add($" window {view.WindowSeconds} s", Tone.Muted)
                .Add("   p", Tone.Strong).Add(view.Paused ? " resume" : " pause", Tone.Muted)
                .Add("   q", Tone.Strong).Add(" stop and report", Tone.Muted),
        ];

    internal static IReadOnlyList<HistogramBar> Merged(IReadOnlyList<HistogramBar> bars, int rows)
    {
        var merged = bars.ToList();
        while (merged.Count > Math.Max(1, rows))
        {
            // Merges the adjacent pair with the fewest requests, to keep detail where most requests are.
            var pair = Enumerable.Range(0, merged.Count - 1).MinBy(at => merged[at].Count + merged[at + 1].Count);
            merged[pair] = merged[pair + 1] with { Count = merged[pair].Count + merged[pair + 1].Count };
            merged.RemoveAt(pair + 1);
        }

        return merged;
    }

    private static Line ProgressBar(LiveSnapshot snapshot, int width)
    {
        const int TailWidth = 20; // " 100%  1:00:00 left"
        if (RunProgress.Share(snapshot) is not { } share)
        {
            return new Line().Add(" until q is pressed", Tone.Muted);
        }

        // Two characters, not one in two colours: the terminal may lack colours.
        var barWidth = Math.Max(0, width - TailWidth - 2);
        var doneWidth = (int)(share * barWidth);
        var left = RunProgress.SecondsLeft(snapshot) is { } seconds ? RunProgress.FormatTime(seconds) + " left" : "";
        return new Line()
            .Add(" ")
            .Repeat('━', doneWidth, Tone.Accent)
            .Repeat('─', barWidth - doneWidth, Tone.Muted)
            .Right($"{(int)(share * 100)}%", 5, Tone.Strong)
            .Right(left, TailWidth - 4, Tone.Muted);
    }

    private static string PercentileLabels(LatencyReport latency, double over, double upTo)
    {
        (string Name, double Seconds)[] percentiles =
            [("50", latency.P50), ("90", latency.P90), ("99", latency.P99), ("99.9", latency.P999)];
        var inside = percentiles.Where(percentile => percentile.Seconds > over && percentile.Seconds <= upTo)
            .Select(percentile => percentile.Name).ToList();
        return inside.Count switch
        {
            0 => "",
            1 => "p" + inside[0],
            _ => $"p{inside[0]}-{inside[^1]}",
        };
    }
}

// A column chart over time. The axis has a round length that grows in steps, so that columns stay in place.
internal sealed class TimeChart(
    IReadOnlyList<SecondReport> series,
    double? durationSeconds,
    Func<WindowStats, ChartColumn> column,
    Func<double, string> tick)
{
    private const int MiddleLabelRowsMin = 7;
    private const int LabelWidth = 6; // "12.5ms"
    private const int EndWidth = 8; // "24:00:00"

    // A minute suits most runs; then round steps up to a day.
    private static readonly int[] s_axisSeconds = [60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 43200, 86400];

    public static Drawing OfRate(LiveSnapshot snapshot) => new TimeChart(
        snapshot.Series,
        snapshot.Duration,
        stats => new ChartColumn(stats.Rate, stats.Failed > 0 ? Tone.Bad : Tone.Accent, stats.Rate),
        Format.RateTick).Draw;

    public static Drawing OfLatency(LiveSnapshot snapshot) => new TimeChart(
        snapshot.Series,
        snapshot.Duration,
        stats => new ChartColumn(stats.P50, Tone.Accent, stats.P99),
        Format.DurationTick).Draw;

    public IEnumerable<Line> Draw(int width, int height)
    {
        if (series.Count == 0)
        {
            return [new Line().Add("waiting for the first second", Tone.Muted)];
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
            .Right(RunProgress.FormatTime(seconds), EndWidth, Tone.Muted));
    }

    // A column aggregates the seconds that start in it; if seconds are wider than columns, it shows the one around it.
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
        // With an even number of rows the middle is between two; its label goes on the lower one.
        var label = row == 0 ? tick(top) : row == rows / 2 && rows >= MiddleLabelRowsMin ? tick(top / 2) : "";
        var line = new Line().Right(label, LabelWidth, Tone.Muted).Add("│", Tone.Muted);
        var below = (rows - 1 - row) * BlockCharacters.EighthsPerCell;
        foreach (var (low, tone, high) in columns)
        {
            var lowSteps = BlockCharacters.Eighths(low / top, rows) - below;
            var highSteps = BlockCharacters.Eighths(high / top, rows) - below;

            // A cell has one colour: the lower part's if that fills half of it or nothing is above it.
            var isLow = lowSteps >= BlockCharacters.EighthsPerCell / 2 || (lowSteps > 0 && highSteps <= lowSteps);
            line.Repeat(BlockCharacters.Column(Math.Max(lowSteps, highSteps)), 1, isLow ? tone : Tone.Muted);
        }

        return line;
    }
}

internal readonly record struct ChartColumn(double Low, Tone Tone, double High);

// Several seconds combined. P50: the mean of their medians, weighted by requests, approximates the median. P99: the
// maximum of theirs, an upper bound. Both are exact for one second.
internal sealed record WindowStats(int Seconds, long Completed, long Failed, double P50, double P99, double Max)
{
    public double Rate => Seconds > 0 ? (double)Completed / Seconds : 0;

    public static WindowStats OfLast(IReadOnlyList<SecondReport> series, int count) =>
        Of(series, Math.Max(0, series.Count - count), count);

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
