using Rinha.LoadTest.Output;
using Rinha.LoadTest.Stats;
using Rinha.LoadTest.Tests.Output.Samples;

namespace Rinha.LoadTest.Tests.Output;

/// <summary>What becomes of each metric when only it changes, by a factor.</summary>
public sealed class BaselineVerdictTests
{
    private const double Noise = 0.05;

    [Theory]
    [InlineData("rate", 1.00, "same", false)]
    [InlineData("rate", 0.96, "same", false)]
    [InlineData("rate", 1.04, "same", false)]
    [InlineData("rate", 0.94, "worse", true)]
    [InlineData("rate", 1.06, "better", false)]
    [InlineData("p50", 1.04, "same", false)]
    [InlineData("p50", 0.96, "same", false)]
    [InlineData("p50", 1.06, "worse", true)]
    [InlineData("p50", 0.94, "better", false)]
    [InlineData("p90", 1.06, "worse", true)]
    [InlineData("p90", 0.94, "better", false)]
    [InlineData("p99", 1.06, "worse", true)]
    [InlineData("p99", 0.94, "better", false)]
    [InlineData("p99.9", 3.00, "worse", false)]
    [InlineData("p99.9", 0.50, "better", false)]
    [InlineData("max", 9.00, "worse", false)]
    [InlineData("max", 0.50, "better", false)]
    [InlineData("success", 0.94, "worse", true)]
    [InlineData("success", 0.96, "same", false)]
    public void One_metric_changes(string metric, double factor, string verdict, bool regressed)
    {
        var saved = SampleReports.Closed();
        var baseline = Baselines.Compare(Changed(saved, metric, factor), saved, "main", Noise);
        var comparison = Assert.Single(baseline.Comparisons, comparison => comparison.Metric == metric);
        Assert.Equal(verdict, comparison.Verdict);
        Assert.Equal(factor, comparison.Ratio, 6);
        Assert.Equal(regressed, baseline.Regressed);
        Assert.All(
            baseline.Comparisons.Where(other => other.Metric != metric), other => Assert.Equal("same", other.Verdict));
    }

    [Fact]
    public void Every_metric_is_compared_in_a_fixed_order()
    {
        var baseline = Baselines.Compare(SampleReports.Open(), SampleReports.Closed(), "main", Noise);
        Assert.Equal(
            ["rate", "p50", "p90", "p99", "p99.9", "max", "success"],
            baseline.Comparisons.Select(comparison => comparison.Metric));
        Assert.Equal("main", baseline.Name);
        Assert.Equal(Noise, baseline.NoiseThreshold);
        Assert.Equal(60, baseline.Series.Count);
    }

    [Fact]
    public void Nothing_answered_after_something_is_a_regression_and_no_faster()
    {
        var baseline = Baselines.Compare(SampleReports.Silent(), SampleReports.Closed(), "main", Noise);
        Assert.True(baseline.Regressed);
        Assert.DoesNotContain(baseline.Comparisons, comparison => comparison.Verdict == "better");
        Assert.All(baseline.Comparisons, comparison => Assert.True(double.IsFinite(comparison.Ratio)));
    }

    [Fact]
    public void Something_answered_after_nothing_is_better()
    {
        var baseline = Baselines.Compare(SampleReports.Closed(), SampleReports.Silent(), "main", Noise);
        Assert.False(baseline.Regressed);
        Assert.Equal("better", baseline.Comparisons[0].Verdict);
        Assert.All(baseline.Comparisons, comparison => Assert.True(double.IsFinite(comparison.Ratio)));
    }

    [Fact]
    public void Nothing_twice_is_the_same()
    {
        var baseline = Baselines.Compare(SampleReports.Empty(), SampleReports.Empty(), "main", Noise);
        Assert.All(baseline.Comparisons, same => Assert.Equal(("same", 1), (same.Verdict, same.Ratio)));
    }

    [Fact]
    public void Without_a_threshold_every_change_counts()
    {
        var saved = SampleReports.Closed();
        Assert.True(Baselines.Compare(Changed(saved, "p90", 1.001), saved, "main", 0).Regressed);
        Assert.False(Baselines.Compare(saved, saved, "main", 0).Regressed);
    }

    private static RunReport Changed(RunReport report, string metric, double factor)
    {
        var (latency, summary) = (report.Latency, report.Summary);
        return metric switch
        {
            "rate" => report with { Summary = summary with { Rate = summary.Rate * factor } },
            "success" => report with { Summary = summary with { SuccessShare = summary.SuccessShare * factor } },
            "p50" => report with { Latency = latency with { P50 = latency.P50 * factor } },
            "p90" => report with { Latency = latency with { P90 = latency.P90 * factor } },
            "p99" => report with { Latency = latency with { P99 = latency.P99 * factor } },
            "p99.9" => report with { Latency = latency with { P999 = latency.P999 * factor } },
            _ => report with { Latency = latency with { Max = latency.Max * factor } },
        };
    }
}
