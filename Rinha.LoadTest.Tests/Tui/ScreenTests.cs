using Rinha.LoadTest.Progress;
using Rinha.LoadTest.Tui;

namespace Rinha.LoadTest.Tests.Tui;

// The live screen of a run, as text.
public sealed class ScreenTests
{
    private static readonly ViewState s_view = new();

    [Fact]
    public void An_80_by_24_terminal_shows_everything()
    {
        var picture = Shown(SampleSnapshots.Running, 80, 24);
        AssertContains(
            picture, "rinha load  running  0:17 of 1:00", "64 in flight", "28%", "0:43 left", " whole run ", "47,461/s",
            "12 = <0.01%", " last 10 s ", "≤ 4.00ms", "≈ 500µs", "93.00%", " requests/s over time ", "60k│", "1:00 │",
            "≤ 10ms", "p50-99.9", "debit", "timeout", "+ - window 10 s", "p pause", "q stop and report");
        var tall = Shown(SampleSnapshots.Running, 120, 40);
        AssertContains(tall, " p50 and p99 over time ", "759,183");
    }

    [Fact]
    public void A_failures_example_is_shown_without_control_codes()
    {
        var picture = Shown(SampleSnapshots.Running, 200, 60);
        AssertContains(picture, "POST /clientes/3/transacoes: no answer in 1s", "sent ·[2J·· and ·· back");
    }

    [Fact]
    public void Every_size_is_filled_exactly()
    {
        LiveSnapshot?[] snapshots = [null, SampleSnapshots.Begun, SampleSnapshots.Running, SampleSnapshots.Contest];
        foreach (var snapshot in snapshots)
        {
            for (var height = 1; height <= 60; height += 2)
            {
                for (var width = 1; width <= 170; width += 7)
                {
                    var lines = Picture.Lines(Screen.Compose(snapshot, s_view, width, height), width, height);
                    Assert.Equal(height, lines.Count);
                    Assert.All(lines, line => Assert.Equal(width, line.Length));
                }
            }
        }
    }

    [Fact]
    public void Each_state_of_a_run_is_shown()
    {
        Assert.StartsWith(" starting", Shown(null, 80, 24), StringComparison.Ordinal);
        AssertContains(
            Shown(SampleSnapshots.Contest, 120, 40), "débitos  0:17, 30,751 of 61,503 requests", "49%", "0:17 left",
            "validação concorrência transaç");
        AssertContains(Shown(SampleSnapshots.Running with { Duration = null }, 80, 24), " until q is pressed");
        AssertContains(
            Shown(SampleSnapshots.Running, 80, 24, s_view with { Paused = true }), "rinha load  paused", "p resume");
        AssertContains(
            Shown(SampleSnapshots.Running, 80, 24, s_view with { Ending = true }), "rinha load  ending", "follows");
    }

    [Fact]
    public void Merging_bars_loses_no_request_and_keeps_detail_where_most_are()
    {
        HistogramBar[] bars = [new(2, 5), new(3, 900), new(4, 800), new(5, 3), new(6, 2)];
        Assert.Equal([bars[0], bars[1], bars[2], new HistogramBar(6, 5)], Panels.Merged(bars, 4));
        Assert.Equal([new HistogramBar(6, 1710)], Panels.Merged(bars, 1));
    }

    [Fact]
    public void The_newest_seconds_are_combined()
    {
        SecondReport[] series =
            [new(0, 1000, 50, 9, 9, 9), new(1, 300, 1, 0.001, 0.010, 0.5), new(2, 100, 2, 0.005, 0.004, 0.3)];
        Assert.Equal(new WindowStats(2, 400, 3, 0.002, 0.010, 0.5), WindowStats.OfLast(series, 2));
        Assert.Equal((200, 3), (WindowStats.OfLast(series, 2).Rate, WindowStats.OfLast(series, 300).Seconds));
        Assert.Equal(new WindowStats(0, 0, 0, 0, 0, 0), WindowStats.OfLast([], 10));
    }

    private static string Shown(LiveSnapshot? snapshot, int width, int height, ViewState? view = null) =>
        Picture.Of(Screen.Compose(snapshot, view ?? s_view, width, height), width, height);

    private static void AssertContains(string picture, params string[] texts) =>
        Assert.All(texts, text => Assert.Contains(text, picture, StringComparison.Ordinal));
}
