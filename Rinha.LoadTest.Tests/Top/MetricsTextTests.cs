using Rinha.LoadTest.Top;

namespace Rinha.LoadTest.Tests.Top;

public sealed class MetricsTextTests
{
    [Fact]
    public void A_whole_scrape_is_read()
    {
        var series = Parse("""
            # HELP rinha_http_requests_total Requests answered.
            # TYPE rinha_http_requests_total counter
            rinha_http_requests_total{operation="post",status="200"} 42
            rinha_http_requests_total{operation="post", status="422",} 7 1700000000000

            # TYPE rinha_ledger_queued_writes gauge
            rinha_ledger_queued_writes 0
            process_cpu_seconds_total 1.25e1
            """);

        Assert.Equal(4, series.Count);
        Assert.Equal(("rinha_http_requests_total", 42.0), (series[0].Name, series[0].Value));
        Assert.Equal("200", series[0].Labels["status"]);
        Assert.Equal(("422", 7.0), (series[1].Labels["status"], series[1].Value));
        Assert.Empty(series[2].Labels);
        Assert.Equal(12.5, series[3].Value);
    }

    [Theory]
    [InlineData("x 1", 1)]
    [InlineData("x -1.5", -1.5)]
    [InlineData("x\t2", 2)]
    [InlineData("  x  3  ", 3)]
    [InlineData("x{} 4", 4)]
    [InlineData("x +Inf", double.PositiveInfinity)]
    [InlineData("x -Inf", double.NegativeInfinity)]
    [InlineData("x NaN", double.NaN)]
    [InlineData("x 5\r", 5)]
    public void A_value_is_read_in_any_spelling(string line, double value) =>
        Assert.Equal(value, Assert.Single(Parse(line)).Value);

    [Fact]
    public void What_is_escaped_in_a_label_is_read_as_it_was() => Assert.Equal(
        "a\\b\"c\nd,e}f=g",
        Assert.Single(Parse("""x{l="a\\b\"c\nd,e}f=g"} 1""")).Labels["l"]);

    [Theory]
    [InlineData("x")]
    [InlineData("x y")]
    [InlineData("x 1 2 3")]
    [InlineData("{a=\"b\"} 1")]
    [InlineData("x{a=b} 1")]
    [InlineData("x{a=\"b} 1")]
    [InlineData("x{a=\"b\" 1")]
    [InlineData("x{a 1")]
    [InlineData("<html>")]
    public void What_is_no_metric_is_named(string line)
    {
        Assert.False(MetricsText.TryParse($"good 1\n{line}\n", out _, out var error));
        Assert.Contains($"'{line}'", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_a_scrape_without_series() => Assert.Empty(Parse(""));

    [Fact]
    public void The_order_of_labels_does_not_matter() => Assert.Equal(
        Assert.Single(Parse("""x{a="1",b="2"} 1""")).Key, Assert.Single(Parse("""x{b="2",a="1"} 9""")).Key);

    [Fact]
    public void A_label_is_no_part_of_another() => Assert.NotEqual(
        Assert.Single(Parse("""x{a="1"} 1""")).Key, Assert.Single(Parse("""x{a="1",b=""} 1""")).Key);

    private static IReadOnlyList<MetricSeries> Parse(string text)
    {
        Assert.True(MetricsText.TryParse(text, out var series, out var error), error);
        return series;
    }
}
