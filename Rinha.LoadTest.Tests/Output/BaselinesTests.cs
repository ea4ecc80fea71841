using Rinha.LoadTest.Output;

namespace Rinha.LoadTest.Tests.Output;

public sealed class BaselinesTests : IDisposable
{
    private const double Noise = 0.05;

    private readonly string _directory = Path.Combine(Directory.CreateTempSubdirectory("rinha-").FullName, "baselines");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_directory)!, recursive: true);

    [Theory]
    [InlineData("main")]
    [InlineData("v1.2-rc_3")]
    [InlineData("2024")]
    public void A_plain_name_is_one(string name) => Assert.True(Baselines.IsName(name));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData(".hidden")]
    [InlineData("a/b")]
    [InlineData("../main")]
    [InlineData("a b")]
    [InlineData("a\0")]
    [InlineData("débito")]
    public void What_could_lead_elsewhere_is_no_name(string name)
    {
        Assert.False(Baselines.IsName(name));
        Assert.Throws<ArgumentException>(() => Baselines.Save(SampleRuns.Closed, name, _directory));
        Assert.False(Baselines.TryLoad(name, out _, out var problem, _directory));
        Assert.Contains("is no name for a baseline", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_has_an_end() => Assert.False(Baselines.IsName(new string('a', 101)));

    [Fact]
    public void What_was_saved_is_loaded()
    {
        var path = Baselines.Save(SampleRuns.Open, "main", _directory);
        Assert.Equal(Path.Combine(_directory, "main.json"), path);
        Assert.True(Baselines.TryLoad("main", out var report, out var problem, _directory));
        Assert.Null(problem);
        Assert.Equal(SampleRuns.ToJson(SampleRuns.Open), SampleRuns.ToJson(report));
    }

    [Fact]
    public void A_later_save_replaces_and_leaves_nothing_else()
    {
        Baselines.Save(SampleRuns.Open, "main", _directory);
        Baselines.Save(SampleRuns.Closed, "main", _directory);
        Assert.True(Baselines.TryLoad("main", out var report, out _, _directory));
        Assert.Equal("closed", report.Mode);
        Assert.Single(Directory.GetFiles(_directory));
    }

    [Fact]
    public void A_baseline_does_not_keep_the_one_that_it_was_compared_with()
    {
        Baselines.Save(SampleRuns.Everything, "main", _directory);
        Assert.True(Baselines.TryLoad("main", out var report, out _, _directory));
        Assert.Null(report.Baseline);
    }

    [Fact]
    public void A_missing_baseline_is_said_with_those_that_are_there()
    {
        Assert.False(Baselines.TryLoad("main", out _, out var problem, _directory));
        Assert.Equal($"there is no baseline 'main' in {_directory}", problem);
        Baselines.Save(SampleRuns.Closed, "two", _directory);
        Baselines.Save(SampleRuns.Closed, "one", _directory);
        Assert.False(Baselines.TryLoad("main", out _, out problem, _directory));
        Assert.EndsWith("; there are: one, two", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not JSON")]
    [InlineData("{\"schema\":\"rinha-load/9\"}")]
    public void A_broken_file_is_said(string content)
    {
        Directory.CreateDirectory(_directory);
        File.WriteAllText(Path.Combine(_directory, "main.json"), content);
        Assert.False(Baselines.TryLoad("main", out _, out var problem, _directory));
        Assert.Contains("main.json is no readable report", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rate", 1.04, "same", false)]
    [InlineData("rate", 0.94, "worse", true)]
    [InlineData("rate", 1.06, "better", false)]
    [InlineData("p50", 1.06, "worse", true)]
    [InlineData("p90", 1.06, "worse", true)]
    [InlineData("p99", 1.06, "worse", true)]
    [InlineData("p99.9", 3.00, "worse", false)]
    [InlineData("max", 9.00, "worse", false)]
    [InlineData("success", 0.94, "worse", true)]
    public void One_metric_changes(string metric, double factor, string verdict, bool regressed)
    {
        var saved = SampleRuns.Closed;
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
        var baseline = Baselines.Compare(SampleRuns.Open, SampleRuns.Closed, "main", Noise);
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
        var baseline = Baselines.Compare(SampleRuns.Silent, SampleRuns.Closed, "main", Noise);
        Assert.True(baseline.Regressed);
        Assert.DoesNotContain(baseline.Comparisons, comparison => comparison.Verdict == "better");
        Assert.All(baseline.Comparisons, comparison => Assert.True(double.IsFinite(comparison.Ratio)));
    }

    [Fact]
    public void Something_answered_after_nothing_is_better()
    {
        var baseline = Baselines.Compare(SampleRuns.Closed, SampleRuns.Silent, "main", Noise);
        Assert.False(baseline.Regressed);
        Assert.Equal("better", baseline.Comparisons[0].Verdict);
        Assert.All(baseline.Comparisons, comparison => Assert.True(double.IsFinite(comparison.Ratio)));
    }

    [Fact]
    public void Nothing_twice_is_the_same()
    {
        var baseline = Baselines.Compare(SampleRuns.Empty, SampleRuns.Empty, "main", Noise);
        Assert.All(baseline.Comparisons, same => Assert.Equal(("same", 1), (same.Verdict, same.Ratio)));
    }

    [Fact]
    public void Without_a_threshold_every_change_counts()
    {
        var saved = SampleRuns.Closed;
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
