using Rinha.Server.Telemetry;

namespace Rinha.Server.Tests.Telemetry;

public sealed class PrometheusTextTests
{
    [Fact]
    public void A_histogram_is_written_bucket_by_bucket()
    {
        var metrics = new MetricSet();
        var bounds = new BucketBounds(5_000, 10_000);
        var family = new HistogramFamily("x_seconds", "Help.", bounds, 1e9, "kind", "a", "b");
        metrics.Add(family);
        family.Record(5_000, 0);
        family.Record(2_000_000_000, 0);

        Assert.Equal(
            """
            # HELP x_seconds Help.
            # TYPE x_seconds histogram
            x_seconds_bucket{kind="a",le="0.000005"} 1
            x_seconds_bucket{kind="a",le="0.00001"} 1
            x_seconds_bucket{kind="a",le="+Inf"} 2
            x_seconds_sum{kind="a"} 2.000005
            x_seconds_count{kind="a"} 2
            x_seconds_bucket{kind="b",le="0.000005"} 0
            x_seconds_bucket{kind="b",le="0.00001"} 0
            x_seconds_bucket{kind="b",le="+Inf"} 0
            x_seconds_sum{kind="b"} 0
            x_seconds_count{kind="b"} 0

            """,
            Encoding.UTF8.GetString(metrics.ToPrometheus()));
    }

    [Fact]
    public void Counters_and_gauges_are_told_apart_by_their_names()
    {
        var metrics = new MetricSet();
        metrics.Add("x_total", "Help.", () => 9_007_199_254_740_991);
        metrics.Add("y", "Help.", () => -0.5);

        var text = MetricsText.Parse(Encoding.UTF8.GetString(metrics.ToPrometheus()));
        Assert.Equal("counter", text.TypeOf("x_total"));
        Assert.Equal("gauge", text.TypeOf("y"));
        Assert.Equal(-0.5, text["y"]);
        Assert.InRange(text["x_total"], 9.007e15, 9.008e15);
    }

    [Fact]
    public void What_would_end_a_label_or_a_line_is_escaped()
    {
        var metrics = new MetricSet();
        metrics.Add("x", "A \\ and\na line.", () => [new MetricSample(1, ("label", "a\"b\\c\nd"))]);

        var text = Encoding.UTF8.GetString(metrics.ToPrometheus());
        Assert.Contains("# HELP x A \\\\ and\\na line.\n", text, StringComparison.Ordinal);
        Assert.Contains("x{label=\"a\\\"b\\\\c\\nd\"} 1\n", text, StringComparison.Ordinal);
        MetricsText.Parse(text);
    }
}
