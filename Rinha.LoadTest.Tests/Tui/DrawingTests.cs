using Rinha.LoadTest.Output;
using Rinha.LoadTest.Tui;

namespace Rinha.LoadTest.Tests.Tui;

/// <summary>The drawings one by one, at sizes where all of them fits into a test.</summary>
public sealed class DrawingTests
{
    [Theory]
    [InlineData(0, "    ")]
    [InlineData(0.0001, "▏   ")]
    [InlineData(0.5, "██  ")]
    [InlineData(0.53, "██▏ ")]
    [InlineData(1, "████")]
    [InlineData(7, "████")]
    public void A_bar_is_exact_to_an_eighth_and_shows_whatever_there_is(double share, string bar) =>
        Assert.Equal(bar, Blocks.Bar(share, 4));

    [Fact]
    public void A_time_chart_has_a_column_for_each_second_on_an_axis_of_round_length()
    {
        var chart = Chart(seconds: 5, durationSeconds: null, second => second * 22);
        Assert.Equal(
            """
               100│    ▄
                  │   ▅█
                  │  ▆██
                  │ ▇███
                  └0:00                                                    1:00
            """.ReplaceLineEndings("\n"),
            Picture.Of(chart, 67, 5));
    }

    [Theory]
    [InlineData(10, 10.0, "0:10")]
    [InlineData(10, 45.0, "0:45")]
    [InlineData(10, 600.0, "1:00")]
    [InlineData(61, 600.0, "2:00")]
    [InlineData(61, null, "2:00")]
    [InlineData(90_000, null, "25:00:00")]
    public void The_time_axis_grows_in_steps_and_ends_with_the_run(int seconds, double? duration, string end)
    {
        var lines = Picture.Lines(Chart(seconds, duration, _ => 1), 80, 5);
        Assert.EndsWith(end, lines[^1].TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void More_seconds_than_columns_share_them()
    {
        // 300 seconds in 30 columns: each is the mean of ten seconds, 45 in the first one and 2,945 in the last.
        var lines = Picture.Lines(Chart(300, 300, second => second * 10), 37, 5);
        Assert.Equal(" 3,000│", lines[0][..7]);
        Assert.Equal('▁', lines[3][7]);
        Assert.Equal('█', lines[1][36]);
    }

    [Fact]
    public void More_columns_than_seconds_are_shared_out_among_them()
    {
        var lines = Picture.Lines(Chart(2, 10, _ => 1), 27, 3);
        Assert.Equal("     1│████                ", lines[0]);
        Assert.Equal("      └0:00            0:10", lines[2]);
    }

    [Fact]
    public void Merging_bars_loses_no_request_and_keeps_the_detail_where_they_are()
    {
        HistogramBar[] bars = [new(1, 0), new(2, 5), new(3, 900), new(4, 800), new(5, 3), new(6, 2), new(7, 0)];
        Assert.Equal(
            [new HistogramBar(2, 5), new HistogramBar(3, 900), new HistogramBar(4, 800), new HistogramBar(6, 5)],
            Panels.Merged(bars, 4));
        Assert.Equal([new HistogramBar(6, 1710)], Panels.Merged(bars, 1));
        Assert.Empty(Panels.Merged([new(1, 0)], 4));
    }

    [Theory]
    [InlineData(36, "req/s failed p99")]
    [InlineData(40, "req/s failed p99 p50")]
    [InlineData(52, "req/s failed p99 p50 completed")]
    [InlineData(80, "req/s failed p99 p50 completed max p99.9 mean")]
    public void The_table_of_operations_leaves_out_what_has_no_room(int width, string titles)
    {
        var lines = Picture.Lines(Panels.Operations(SampleSnapshots.Running.Operations), width, 4);
        Assert.Equal(titles, string.Join(' ', lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        Assert.StartsWith("débito", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void The_newest_seconds_are_taken_together()
    {
        SecondReport[] series =
            [new(0, 1000, 50, 9, 9, 9), new(1, 300, 1, 0.001, 0.010, 0.5), new(2, 100, 2, 0.005, 0.004, 0.3)];
        Assert.Equal(new WindowStats(2, 400, 3, 0.002, 0.010, 0.5), WindowStats.OfLast(series, 2));
        Assert.Equal(200, WindowStats.OfLast(series, 2).Rate);
        Assert.Equal(3, WindowStats.OfLast(series, 300).Seconds);
        Assert.Equal(new WindowStats(0, 0, 0, 0, 0, 0), WindowStats.OfLast([], 10));
        Assert.Equal(0, WindowStats.OfLast([], 10).Rate);
    }

    [Fact]
    public void A_line_keeps_its_width_whatever_it_is_given()
    {
        Assert.Equal(5, new Line().Left("much too long", 5).Width);
        Assert.Equal(5, new Line().Right("much too long", 5).Width);
        Assert.Equal(0, new Line().Right("much too long", -5).Width);
        Assert.Equal(7, new Line().Append(new Line().Add("short"), 7).Width);
        Assert.Equal(3, new Line().Append(new Line().Add("lo", Tone.Bad).Add("ng"), 3).Width);
    }

    private static Drawing Chart(int seconds, double? durationSeconds, Func<int, long> rate) => new TimeChart(
        [.. Enumerable.Range(0, seconds).Select(second => new SecondReport(second, rate(second), 0, 0, 0, 0))],
        durationSeconds,
        stats => new ChartColumn(stats.Rate, Drawings.Bar, stats.Rate, Drawings.Bar),
        Format.RateTick).Draw;
}
