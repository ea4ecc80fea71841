using Rinha.LoadTest.Top;

namespace Rinha.LoadTest.Tests.Top;

public sealed class ScrapeTests
{
    [Fact]
    public void A_scrape_is_parsed()
    {
        Assert.True(Scrape.TryParse(
            """
            # HELP rinha_http_requests_total Requests answered.
            # TYPE rinha_http_requests_total counter
            rinha_http_requests_total{operation="post",status="200"} 42
            rinha_http_requests_total{operation="post",status="422"} 7

            rinha_ledger_queued_writes 0
            process_cpu_seconds_total 1.25e1
            nothing NaN
            """,
            out var scrape));
        var series = scrape.Named("rinha_http_requests_total").ToArray();
        Assert.Equal([("200", 42.0), ("422", 7.0)], series.Select(one => (one.Label("status"), one.Value)));
        Assert.Equal(
            (49, 0, 12.5, double.NaN, null),
            (scrape.Value("rinha_http_requests_total"), scrape.Value("rinha_ledger_queued_writes"),
                scrape.Value("process_cpu_seconds_total"), scrape.Value("nothing"), scrape.Value("missing")));
    }

    [Fact]
    public void Invalid_metrics_are_rejected() => Assert.All(
        ["x", "x y", "x 1 2", "{a=\"b\"} 1", "x{a=b} 1", "x{a=\"b\" 1", "<html>"],
        line => Assert.False(Scrape.TryParse($"good 1\n{line}\n", out _), line));

    [Fact]
    public void A_series_is_identified_by_its_labels_in_any_order()
    {
        Assert.True(Scrape.TryParse("x{a=\"1\",b=\"2\"} 1\nx{a=\"1\",b=\"\"} 2\nx{a=\"1\"} 3", out var scrape));
        Assert.True(Scrape.TryParse("x{b=\"2\",a=\"1\"} 9", out var other));
        Assert.Equal(1, scrape.ValueOf(other.Named("x").Single()));
    }
}

public sealed class BucketsTests
{
    private static readonly Buckets s_some = new([("0.1", 10), ("0.2", 30), ("0.4", 40), ("+Inf", 40)]);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.25, 0.1)] // its end
    [InlineData(0.5, 0.15)] // the 20th of 40: half-way from the 10th to the 30th
    [InlineData(0.875, 0.3)]
    [InlineData(1, 0.4)]
    public void A_quantile_is_interpolated_in_its_bucket(double share, double expected) =>
        Assert.Equal(expected, s_some.Quantile(share)!.Value, 1e-9);

    [Fact]
    public void Buckets_may_be_empty_unordered_or_exceeded()
    {
        Assert.Equal(0.2, new Buckets([("0.1", 1), ("0.2", 1), ("+Inf", 10)]).Quantile(0.99));
        Assert.Equal(0.3, new Buckets([("0.1", 0), ("0.2", 0), ("0.4", 8), ("+Inf", 8)]).Quantile(0.5)!.Value, 1e-9);
        Assert.Equal(9.5, new Buckets([("+Inf", 2), ("10", 2), ("9", 1), ("1", 1)]).Quantile(0.75));
        Assert.Null(new Buckets([]).Quantile(0.5));
        Assert.Null(new Buckets([("0.1", 0), ("+Inf", 0)]).Quantile(0.5));
    }

    [Fact]
    public void Buckets_of_two_instances_add_up()
    {
        var fast = new Buckets([("0.1", 100), ("0.2", 100), ("+Inf", 100)]);
        var slow = new Buckets([("0.1", 0), ("0.2", 100), ("+Inf", 100)]);
        var both = Buckets.Sum([fast, slow]);

        Assert.Equal(200, both.Count);
        Assert.Equal(0.1, both.Quantile(0.5));
        Assert.Equal(0.15, both.Quantile(0.75)!.Value, 1e-9);
    }
}
