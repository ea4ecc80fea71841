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
    [InlineData("x1")]
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

public sealed class BucketsTests
{
    private static readonly Buckets s_some = new([("0.1", 10), ("0.2", 30), ("0.4", 40), ("+Inf", 40)]);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.125, 0.05)] // the middle of the first bucket
    [InlineData(0.25, 0.1)] // its end
    [InlineData(0.5, 0.15)] // the 20th of 40, half-way from the 10th to the 30th
    [InlineData(0.75, 0.2)]
    [InlineData(0.875, 0.3)]
    [InlineData(1, 0.4)]
    public void A_quantile_lies_evenly_in_its_bucket(double share, double expected) =>
        Assert.Equal(expected, s_some.Quantile(share)!.Value, 1e-9);

    [Fact]
    public void Past_the_last_bound_it_is_the_last_bound() =>
        Assert.Equal(0.2, new Buckets([("0.1", 1), ("0.2", 1), ("+Inf", 10)]).Quantile(0.99));

    [Fact]
    public void Empty_buckets_are_passed_over() =>
        Assert.Equal(0.3, new Buckets([("0.1", 0), ("0.2", 0), ("0.4", 8), ("+Inf", 8)]).Quantile(0.5)!.Value, 1e-9);

    [Fact]
    public void Without_observations_there_is_none()
    {
        Assert.Null(new Buckets().Quantile(0.5));
        Assert.Null(new Buckets([("0.1", 0), ("+Inf", 0)]).Quantile(0.5));
    }

    [Fact]
    public void Bounds_are_ordered_as_numbers() =>
        Assert.Equal(9.5, new Buckets([("+Inf", 2), ("10", 2), ("9", 1), ("1", 1)]).Quantile(0.75));

    [Fact]
    public void Those_of_two_instances_add_up()
    {
        var fast = new Buckets([("0.1", 100), ("0.2", 100), ("+Inf", 100)]);
        var slow = new Buckets([("0.1", 0), ("0.2", 100), ("+Inf", 100)]);
        var both = fast.With(slow);

        Assert.Equal(200, both.Count);
        Assert.Equal(0.1, both.Quantile(0.5));
        Assert.Equal(0.15, both.Quantile(0.75)!.Value, 1e-9);
    }
}
