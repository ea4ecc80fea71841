using Rinha.LoadTest.Collect;
using Rinha.LoadTest.Output;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Tui;

/// <summary>The live screen's panels, each a function of what it shows; the first lines of each matter most.</summary>
internal static class Panels
{
    public const int FailureKindCountMax = 5;

    private const int NameWidthMin = 7;

    // So many columns of the operations matter more than the end of a long name.
    private const int ColumnCountMin = 3;

    // The operations' columns, each with a gap on its left, in the order in which they give way, the last one first.
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

    /// <summary>What runs, how it stands and how far it has come: a line of words and a progress bar.</summary>
    public static Drawing Header(LiveSnapshot snapshot, ViewState view) => (width, _) =>
    {
        var (phase, tone) = (view, snapshot.Phase) switch
        {
            ({ Ending: true }, _) => ("ending", Tone.Warning),
            ({ Paused: true }, _) => ("paused", Tone.Warning),
            (_, "warm-up" or "paused") => (snapshot.Phase, Tone.Warning),
            _ => (snapshot.Phase, Tone.Good),
        };
        var clock = RunProgress.Clock(snapshot.Elapsed);
        var extent = snapshot switch
        {
            { Duration: { } duration } => $"{clock} of {RunProgress.Clock(duration)}",
            { Iterations: { } iterations } =>
                $"{clock}, {Format.Count(RunProgress.Done(snapshot))} of {Format.Count(iterations)} requests",
            _ => clock,
        };
        var line = new Line().Add(" rinha load", Drawings.Title).Add("  " + phase, tone).Add("  " + extent);
        var underWay = $"{Format.Count(snapshot.InFlight)} under way ";
        return
        [
            underWay.Length < width - line.Width ? line.Right(underWay, width - line.Width, Tone.Muted) : line,
            ProgressBar(snapshot, width),
        ];
    };

    /// <summary>The figures one looks at first, of the whole run so far.</summary>
    public static Drawing Totals(LiveSnapshot snapshot)
    {
        var rate = snapshot.Elapsed > 0 ? snapshot.Completed / snapshot.Elapsed : 0;
        return Totals(
            (RunProgress.Done(snapshot), rate, snapshot.Failed),
            Format.Duration(snapshot.Latency.P50),
            Format.Duration(snapshot.Latency.P99),
            Format.Duration(snapshot.Latency.Max));
    }

    /// <summary>The same of some seconds; the signs say how their percentiles relate to the exact ones.</summary>
    public static Drawing Totals(WindowStats window)
    {
        var (about, atMost) = window.Seconds > 1 ? ("≈ ", "≤ ") : ("", "");
        return Totals(
            (window.Completed + window.Failed, window.Rate, window.Failed),
            about + Format.Duration(window.P50),
            atMost + Format.Duration(window.P99),
            Format.Duration(window.Max));
    }

    /// <summary>How many answers had which status, with bars for their shares.</summary>
    public static Drawing Statuses(IReadOnlyDictionary<int, long> statuses) => (width, height) =>
    {
        const int StatusWidth = 4, CountWidth = 11, ShareWidth = 8, BarWidthMin = 6;
        var total = Math.Max(1, statuses.Values.Sum());
        var barWidth = width - StatusWidth - CountWidth - ShareWidth;
        var hasCount = barWidth >= BarWidthMin;

        // The most frequent ones fit; in the order of their numbers they keep their places.
        return statuses.Count == 0 ? [new Line().Add("no answers yet", Tone.Muted)] : statuses
            .OrderByDescending(pair => pair.Value)
            .Take(height)
            .OrderBy(pair => pair.Key)
            .Select(pair =>
            {
                var (tone, share) = (Format.StatusTone(pair.Key), (double)pair.Value / total);
                return new Line()
                    .Left($"{pair.Key}", StatusWidth, tone)
                    .Add(Blocks.Bar(share, hasCount ? barWidth : barWidth + CountWidth), tone)
                    .Right(Format.Count(pair.Value), hasCount ? CountWidth : 0)
                    .Right(Format.Percent(share), ShareWidth);
            });
    };

    /// <summary>How many requests took how long, with the percentiles beside the bars they fall into.</summary>
    public static Drawing Histogram(LatencyReport latency) => (width, height) =>
    {
        const int BoundWidth = 8, ShareWidth = 8;
        const int MarkWidth = 8; // "p99-99.9"
        var bars = Merged(latency.Histogram, height);
        if (bars.Count == 0)
        {
            return [new Line().Add("no answers yet", Tone.Muted)];
        }

        var barWidth = width - BoundWidth - 1 - ShareWidth - 1 - MarkWidth;
        var highest = bars.Max(bar => bar.Count);
        return bars.Select((bar, at) => new Line()
            .Right("≤ " + Format.DurationTick(bar.UpToSeconds), BoundWidth, Tone.Muted)
            .Add(" ")
            .Add(Blocks.Bar((double)bar.Count / highest, barWidth), Drawings.Bar)
            .Right(Format.Percent((double)bar.Count / Math.Max(1, latency.Count)), ShareWidth)
            .Add(" ")
            .Left(Marks(latency, at > 0 ? bars[at - 1].UpToSeconds : 0, bar.UpToSeconds), MarkWidth, Tone.Warning));
    };

    /// <summary>The run's latency in figures, with bars in proportion to the longest.</summary>
    public static Drawing Percentiles(LatencyReport latency) => (width, _) =>
    {
        const int NameWidth = 7, FigureWidth = 9;
        (string Name, double Seconds)[] rows =
        [
            ("p50", latency.P50),
            ("p75", latency.P75),
            ("p90", latency.P90),
            ("p95", latency.P95),
            ("p99", latency.P99),
            ("p99.9", latency.P999),
            ("p99.99", latency.P9999),
            ("max", latency.Max),
            ("mean", latency.Mean),
            ("stddev", latency.StandardDeviation),
        ];
        var barWidth = width - NameWidth - FigureWidth - 1;
        return rows.Select(row => new Line()
            .Left(row.Name, NameWidth, Tone.Muted)
            .Right(Format.Duration(row.Seconds), FigureWidth)
            .Add(" ")
            .Add(Blocks.Bar(latency.Max > 0 ? row.Seconds / latency.Max : 0, barWidth), Drawings.Bar));
    };

    /// <summary>The operations, or the contest's scenarios; columns without room are left out.</summary>
    public static Drawing Operations(IReadOnlyList<OperationReport> operations) => (width, height) =>
    {
        var longest = operations.Select(operation => operation.Name.Length).DefaultIfEmpty().Max();
        var nameWidthMax = Math.Max(NameWidthMin, width - s_columns.Take(ColumnCountMin).Sum(column => column.Width));
        var nameWidth = Math.Clamp(longest, NameWidthMin, nameWidthMax);
        var rows = operations.Select(operation => (Cell[])
        [
            operation.Name,
            .. s_columns.Select(column => new Cell(
                column.Figure(operation),
                column.Title == "failed" && operation.Failed > 0 ? Tone.Bad : Tone.Plain)),
        ]);
        var table = Drawings.Table([("", nameWidth), .. s_columns.Select(one => (one.Title, one.Width))], rows);

        // The last row that fits says how many do not.
        var room = height - 1;
        return operations.Count <= room
            ? table(width, height)
            : table(width, height).Take(Math.Max(1, room)).Append(
                new Line().Add($"and {operations.Count - Math.Max(0, room - 1)} more", Tone.Muted));
    };

    /// <summary>The most frequent failures, with their first cases where there is room for them.</summary>
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
                .AddForeign(hasExample ? failure.Example : "", Math.Max(0, exampleWidth), Tone.Muted));
    };

    public static Drawing Keys(ViewState view) => (_, _) => view.Ending
        ?
        [
            new Line()
                .Add(" ending: the report follows", Tone.Warning)
                .Add("   Ctrl-C", Tone.Strong).Add(" at once, without it", Tone.Muted),
        ]
        :
        [
            new Line()
                .Add(" + -", Tone.Strong).Add($" window {view.WindowSeconds} s", Tone.Muted)
                .Add("   p", Tone.Strong).Add(view.Paused ? " go on" : " pause", Tone.Muted)
                .Add("   q", Tone.Strong).Add(" end with a report", Tone.Muted),
        ];

    /// <summary>
    /// The bars from the first to the last with any requests, neighbours put together until they fit into so many rows.
    /// </summary>
    internal static IReadOnlyList<HistogramBar> Merged(IReadOnlyList<HistogramBar> bars, int rows)
    {
        var first = 0;
        var end = bars.Count;
        while (first < end && bars[first].Count == 0)
        {
            first++;
        }

        while (end > first && bars[end - 1].Count == 0)
        {
            end--;
        }

        var merged = bars.Skip(first).Take(end - first).ToList();
        while (merged.Count > Math.Max(1, rows))
        {
            // The pair with the fewest requests: where most of them are the picture keeps its detail.
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

        // Two characters and not one in two colours: a terminal may have none.
        var barWidth = Math.Max(0, width - TailWidth - 2);
        var doneWidth = (int)(share * barWidth);
        var left = RunProgress.SecondsLeft(snapshot) is { } seconds ? RunProgress.Clock(seconds) + " left" : "";
        return new Line()
            .Add(" ")
            .Repeat('━', doneWidth, Drawings.Bar)
            .Repeat('─', barWidth - doneWidth, Drawings.Border)
            .Right($"{(int)(share * 100)}%", 5, Tone.Strong)
            .Right(left, TailWidth - 4, Tone.Muted);
    }

    private static Drawing Totals((long Requests, double Rate, long Failed) counts, string p50, string p99, string max)
    {
        const int NameWidth = 9;
        var failed = counts.Failed > 0
            ? $"{Format.Count(counts.Failed)} = {Format.Percent((double)counts.Failed / counts.Requests)}"
            : "0";
        (string Name, string Figure, Tone Tone)[] rows =
        [
            ("rate", Format.Rate(counts.Rate) + "/s", Tone.Strong),
            ("p99", p99, Tone.Strong),
            ("failed", failed, counts.Failed > 0 ? Tone.Bad : Tone.Good),
            ("p50", p50, Tone.Plain),
            ("max", max, Tone.Plain),
            ("requests", Format.Count(counts.Requests), Tone.Plain),
        ];

        // What fits: a count with its share, or the count.
        return (width, _) => rows.Select(row => new Line()
            .Left(row.Name, NameWidth, Tone.Muted)
            .Right(
                row.Figure.Length <= width - NameWidth ? row.Figure : row.Figure.Split(" = ")[0],
                width - NameWidth,
                row.Tone));
    }

    // A row's percentiles, or the first and the last of them: p50-99.9.
    private static string Marks(LatencyReport latency, double over, double upTo)
    {
        (string Name, double Seconds)[] marks =
            [("50", latency.P50), ("90", latency.P90), ("99", latency.P99), ("99.9", latency.P999)];
        var inside = marks.Where(mark => mark.Seconds > over && mark.Seconds <= upTo)
            .Select(mark => mark.Name).ToList();
        return inside.Count switch
        {
            0 => "",
            1 => "p" + inside[0],
            _ => $"p{inside[0]}-{inside[^1]}",
        };
    }
}
