using Rinha.LoadTest.Collect;
using Rinha.LoadTest.Tui;

namespace Rinha.LoadTest.Tests.Tui;

public sealed class ScreenTests
{
    private static readonly ViewState s_view = new();

    [Fact]
    public void The_smallest_usual_terminal_shows_everything_that_was_promised()
    {
        // Looked at and found good.
        const string Good = """
             rinha load  running  0:17 of 1:00                                 64 under way
             ━━━━━━━━━━━━━━━━──────────────────────────────────────────  28%       0:43 left
            ╭─ whole run ────────────╮╭─ last 10 s ─────────────╮╭─ statuses ──────────────╮
            │ rate          47,461/s ││ rate           50,750/s ││ 200 ██████████▎  93.00% │
            │ p99             4.10ms ││ p99            ≤ 5.00ms ││ 422 ▊             7.00% │
            │ failed     12 = <0.01% ││ failed      12 = <0.01% ││ 500 ▏            <0.01% │
            │ p50              750µs ││ p50             ≈ 700µs ││                         │
            │ max             21.3ms ││ max              20.0ms ││                         │
            │ requests       816,336 ││ requests        507,512 ││                         │
            ╰────────────────────────╯╰─────────────────────────╯╰─────────────────────────╯
            ╭─ requests/s over time ───────────────╮╭─ latency ────────────────────────────╮
            │    60k│ ▁▁▂▂▃▃▄▄                     ││  ≤ 200µs ███         12.00%          │
            │       │█████████                     ││  ≤ 500µs ██████▎     25.00%          │
            │       │█████████                     ││    ≤ 1ms ██████████  40.00% p50      │
            │       │█████████                     ││    ≤ 2ms █████       20.00% p90      │
            │       └0:00                     1:00 ││   ≤ 50ms ▊            2.94% p99-99.9 │
            ╰──────────────────────────────────────╯╰──────────────────────────────────────╯
            ╭─ operations ──────────────────────────────╮╭─ failures ──────────────────────╮
            │            req/s  failed     p99     p50  ││        7 timeout                │
            │ débito    15,814      12  4.10ms   750µs  ││        5 closed before answer   │
            │ crédito   15,814       0  4.10ms   750µs  ││                                 │
            │ extrato   15,814       0  4.10ms   750µs  ││                                 │
            ╰───────────────────────────────────────────╯╰─────────────────────────────────╯
             + - window 10 s   p pause   q end with a report
            """;
        var picture = Picture.Of(Screen.Compose(SampleSnapshots.Running, s_view, 80, 24), 80, 24);
        Assert.Equal(Good, picture);
    }

    [Fact]
    public void A_large_terminal_adds_what_a_small_one_has_no_room_for()
    {
        var picture = Picture.Of(Screen.Compose(SampleSnapshots.Running, s_view, 120, 40), 120, 40);
        Assert.All(
            [" p50 and p99 over time ", " percentiles ", "p99.99", "max ", "759,183"],
            text => Assert.Contains(text, picture, StringComparison.Ordinal));
    }

    [Fact]
    public void A_very_wide_terminal_shows_what_failed_first_but_no_control_codes_of_it()
    {
        var picture = Picture.Of(Screen.Compose(SampleSnapshots.Running, s_view, 200, 60), 200, 60);
        Assert.Contains("POST /clientes/3/transacoes: no answer in 1s", picture, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', picture);
        Assert.DoesNotContain('漢', picture);
    }

    [Fact]
    public void Every_size_is_filled_exactly()
    {
        LiveSnapshot?[] snapshots =
            [null, SampleSnapshots.Begun, SampleSnapshots.Running, SampleSnapshots.Contest];
        foreach (var snapshot in snapshots)
        {
            for (var height = 1; height <= 60; height++)
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
    public void A_small_terminal_keeps_what_matters_most()
    {
        var picture = Picture.Of(Screen.Compose(SampleSnapshots.Running, s_view, 40, 8), 40, 8);
        Assert.Contains("47,461/s", picture, StringComparison.Ordinal);
        Assert.Contains("4.10ms", picture, StringComparison.Ordinal);
        Assert.Contains("12 = <0.01%", picture, StringComparison.Ordinal);
        Assert.Contains("window", picture, StringComparison.Ordinal);
        Assert.DoesNotContain("statuses", picture, StringComparison.Ordinal);
    }

    [Fact]
    public void Before_the_first_snapshot_the_screen_says_so() =>
        Assert.Equal(" starting", Picture.Lines(Screen.Compose(null, s_view, 80, 24), 80, 24)[0].TrimEnd());

    [Fact]
    public void A_contest_shows_its_requests_and_its_scenarios()
    {
        var picture = Picture.Of(Screen.Compose(SampleSnapshots.Contest, s_view, 120, 40), 120, 40);
        Assert.Contains("débitos  0:17, 30,751 of 61,503 requests", picture, StringComparison.Ordinal);
        Assert.Contains("50%", picture, StringComparison.Ordinal);
        Assert.Contains("0:17 left", picture, StringComparison.Ordinal);
        Assert.Contains("validação concorrência transaçõ", picture, StringComparison.Ordinal);
        var small = Picture.Of(Screen.Compose(SampleSnapshots.Contest, s_view, 80, 24), 80, 24);
        Assert.Contains("and 4 more", small, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_without_a_known_end_has_no_bar()
    {
        var endless = SampleSnapshots.Running with { Duration = null };
        var lines = Picture.Lines(Screen.Compose(endless, s_view, 80, 24), 80, 24);
        Assert.Equal(" until q is pressed", lines[1].TrimEnd());
    }

    [Fact]
    public void Pausing_and_ending_show()
    {
        var paused = Picture.Of(
            Screen.Compose(SampleSnapshots.Running, s_view with { Paused = true }, 80, 24), 80, 24);
        Assert.Contains("rinha load  paused", paused, StringComparison.Ordinal);
        Assert.Contains("p go on", paused, StringComparison.Ordinal);
        var ending = Picture.Of(
            Screen.Compose(SampleSnapshots.Running, s_view with { Ending = true, Paused = true }, 80, 24), 80, 24);
        Assert.Contains("rinha load  ending", ending, StringComparison.Ordinal);
        Assert.Contains("the report follows", ending, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "Header 1")]
    [InlineData(3, "Header 2, Keys 1")]
    [InlineData(7, "Header 2, Nothing 4, Keys 1")]
    [InlineData(8, "Header 2, Totals 5, Keys 1")]
    [InlineData(14, "Header 2, Totals 5, Charts 6, Keys 1")]
    [InlineData(19, "Header 2, Totals 5, Charts 6, Tables 5, Keys 1")]
    [InlineData(24, "Header 2, Totals 8, Charts 7, Tables 6, Keys 1")]
    [InlineData(33, "Header 2, Totals 8, Charts 16, Tables 6, Keys 1")]
    [InlineData(34, "Header 2, Totals 8, Charts 7, LatencyCharts 10, Tables 6, Keys 1")]
    [InlineData(60, "Header 2, Totals 8, Charts 22, LatencyCharts 21, Tables 6, Keys 1")]
    public void What_matters_most_gets_its_rows_first(int height, string bands) =>
        Assert.Equal(
            bands,
            string.Join(", ", ScreenPlan.Of(height, tableLines: 4).Select(band => $"{band.Band} {band.Rows}")));
}
