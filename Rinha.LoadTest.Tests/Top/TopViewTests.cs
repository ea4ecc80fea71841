using Rinha.LoadTest.Tests.Tui;
using Rinha.LoadTest.Top;

namespace Rinha.LoadTest.Tests.Top;

public sealed class TopViewTests
{
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(1);
    private static readonly DateTimeOffset s_at = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private int _reads;

    [Fact]
    public void It_writes_a_header_and_the_requested_number_of_lines()
    {
        var output = new StringWriter();
        new TopView(Read, count: 3, s_short).Write(output);

        var lines = output.ToString().TrimEnd().Split('\n');
        Assert.Equal(4, lines.Length);
        Assert.Equal(4, _reads);
        Assert.StartsWith("time\trequests_per_s\tp50_ms\tp99_ms\t", lines[0], StringComparison.Ordinal);
        var columns = lines[0].Split('\t');
        Assert.Equal(columns.Length, columns.Distinct().Count());
        Assert.All(lines, line => Assert.Equal(columns.Length, line.Split('\t').Length));
        // One sample a second, each with 100 more requests.
        Assert.All(lines[1..], line => Assert.Equal("100", line.Split('\t')[1]));
    }

    [Fact]
    public void A_line_has_units_and_a_dash_for_unknown_values()
    {
        var stats = TopStats.Between(Read(), Read());
        var line = TopLines.Header(stats).Split('\t').Zip(TopLines.Of(stats, s_at).Split('\t'))
            .ToDictionary(pair => pair.First, pair => pair.Second);

        Assert.Equal("2026-01-02T03:04:05Z", line["time"]);
        Assert.Equal("0.5", line["p50_ms"]);
        Assert.Equal(("-", "-"), (line["batch_mean"], line["queued"]));
        Assert.Equal(("up", "0.25", "0.45", "0.5", "16", "250"), (
            line["api01_state"], line["api01_cpu"], line["api01_cpu_limit"], line["api01_throttled_share"],
            line["api01_memory_mb"], line["api01_memory_limit_mb"]));
        Assert.Equal(("down", "-"), (line["api02_state"], line["api02_cpu"]));
    }

    [Fact]
    public void The_screen_is_restored_after_the_last_frame()
    {
        var terminal = new FakeTerminal();
        new TopView(Read, count: 2, s_short).Show(terminal);

        Assert.Contains("100.0 requests/s", terminal.Written, StringComparison.Ordinal);
        terminal.AssertRestored();
    }

    [Fact]
    public async Task Q_ends_it_at_once()
    {
        var terminal = new FakeTerminal();
        var view = Task.Run(
            () => new TopView(Read, count: 0, TimeSpan.FromHours(1)).Show(terminal),
            TestContext.Current.CancellationToken);
        terminal.Type("xq");

        await view.WaitAsync(Wait.Timeout, TestContext.Current.CancellationToken);
        terminal.AssertRestored();
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(10, 3)]
    [InlineData(40, 12)]
    [InlineData(200, 60)]
    public void It_fits_any_size(int width, int height)
    {
        var lines = Picture.Lines(TopScreen.Compose(TopStats.Between(Read(), Read()), s_at, height), width, height);

        Assert.Equal(height, lines.Count);
        Assert.All(lines, line => Assert.Equal(width, line.Length));
        Assert.Single(Picture.Lines(TopScreen.Compose(null, s_at, 1), width, 1));
    }

    // Each sample is one second and 100 fast requests later.
    private TopReading Read()
    {
        var at = _reads++;
        var posts = Readings.Posts(100 * at, 100 * at);
        return Readings.At(
            at,
            new ProcessReading("api01", ProcessReading.Up, Readings.Scrape(posts), new CgroupReading(
                0.25 * at, 0.45, 10 * at, 5 * at, 16 * 1024 * 1024, 250 * 1024 * 1024)),
            Readings.Down("api02"));
    }
}
