using Rinha.LoadTest.Output;
using Rinha.LoadTest.Stats;
using Rinha.LoadTest.Tests.Output.Samples;

namespace Rinha.LoadTest.Tests.Output;

public sealed class TextReportTests
{
    /// <summary>See <see cref="GoldenFile"/> for how to renew the texts.</summary>
    [Theory]
    [MemberData(nameof(SampleReports.Names), MemberType = typeof(SampleReports))]
    public void The_text_is_the_golden_one(string sample) => GoldenFile.Matches(sample + ".txt", Rendered.Text(sample));

    [Theory]
    [MemberData(nameof(SampleReports.Names), MemberType = typeof(SampleReports))]
    public void Plain_text_has_no_control_characters_and_no_blanks_at_line_ends(string sample)
    {
        foreach (var line in Rendered.Text(sample).Split('\n'))
        {
            Assert.DoesNotContain(line, char.IsControl);
            Assert.Equal(line.TrimEnd(), line);
        }
    }

    [Theory]
    [MemberData(nameof(SampleReports.Names), MemberType = typeof(SampleReports))]
    public void Colours_add_nothing_but_escape_sequences(string sample)
    {
        var colored = Rendered.Text(sample, colors: true);
        Assert.Contains("\u001b[", colored, StringComparison.Ordinal);
        var stripped = System.Text.RegularExpressions.Regex.Replace(colored, "\u001b\\[[0-9;]*m", "");
        Assert.Equal(Rendered.Text(sample), stripped);
    }

    [Theory]
    [InlineData("closed")]
    [InlineData("open")]
    [InlineData("check")]
    [InlineData("find-max")]
    [InlineData("baseline")]
    public void Lines_fit_into_110_columns(string sample) =>
        Assert.DoesNotContain(Rendered.Text(sample).Split('\n'), line => line.Length > 110);

    [Fact]
    public void A_bar_of_nothing_leaves_no_blanks_behind()
    {
        var report = SampleReports.Closed();
        HistogramBar[] bars = [new(0.001, 3), new(0.002, 0), new(0.005, 1)];
        var writer = new StringWriter();
        TextReport.Write(report with { Latency = report.Latency with { Count = 4, Histogram = bars } }, writer);
        Assert.Contains("\n  ≤ 2ms  0     0.00%\n", writer.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_closed_loop_says_that_its_latencies_hide_waiting() =>
        Assert.Contains("so the latencies hide waiting", Rendered.Text("closed"), StringComparison.Ordinal);

    [Fact]
    public void An_open_loop_says_from_when_its_latencies_count() =>
        Assert.Contains("latencies count from the intended send", Rendered.Text("open"), StringComparison.Ordinal);
}
