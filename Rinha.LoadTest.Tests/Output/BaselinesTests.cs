using Rinha.LoadTest.Output;

namespace Rinha.LoadTest.Tests.Output;

public sealed class BaselinesTests : IDisposable
{
    private const double Noise = 0.05;

    private readonly TemporaryDirectory _temporary = new();
    private readonly string _directory;

    public BaselinesTests() => _directory = _temporary.File("baselines");

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void Names_that_could_escape_the_directory_are_rejected()
    {
        Assert.All(["main", "v1.2-rc_3"], name => Assert.True(Baselines.IsValidName(name)));
        Assert.All(["", "..", ".hidden", "a/b", "a b", "a\0", "débito"], name =>
        {
            Assert.False(Baselines.IsValidName(name));
            Assert.Throws<ArgumentException>(() => Baselines.Save(SampleRuns.Closed, name, _directory));
            Assert.False(Baselines.TryLoad(name, out _, out var problem, _directory));
            // A name with a slash is a file's.
            var reason = name == "a/b" ? "a/b is not a readable report" : "is not a valid baseline name";
            Assert.Contains(reason, problem, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void A_later_save_replaces_the_file_and_drops_the_comparison()
    {
        Baselines.Save(SampleRuns.Closed, "main", _directory);
        var path = Baselines.Save(SampleRuns.Everything, "main", _directory);
        Assert.Equal([path], Directory.GetFiles(_directory));
        Assert.True(Baselines.TryLoad("main", out var report, out _, _directory));
        Assert.Equivalent(SampleRuns.Everything with { Baseline = null }, report, strict: true);
    }

    [Fact]
    public void A_missing_or_broken_baseline_is_reported()
    {
        Baselines.Save(SampleRuns.Closed, "two", _directory);
        Baselines.Save(SampleRuns.Closed, "one", _directory);
        Assert.False(Baselines.TryLoad("main", out _, out var problem, _directory));
        Assert.Equal($"no baseline 'main' in {_directory}; existing: one, two", problem);
        File.WriteAllText(Path.Combine(_directory, "main.json"), "not JSON");
        Assert.False(Baselines.TryLoad("main", out _, out problem, _directory));
        Assert.Contains("main.json is not a readable report", problem, StringComparison.Ordinal);
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
    public void A_change_of_one_metric_gets_its_verdict(string metric, double factor, string verdict, bool regressed)
    {
        var saved = SampleRuns.Closed;
        var baseline = Baselines.Compare(Changed(saved, metric, factor), saved, "main", Noise);
        var comparison = Assert.Single(baseline.Comparisons, comparison => comparison.Metric == metric);
        Assert.Equal(verdict, comparison.Verdict);
        Assert.Equal(factor, comparison.Ratio, 6);
        Assert.Equal(regressed, baseline.Regressed);
        Assert.All(
            baseline.Comparisons.Where(other => other.Metric != metric), other => Assert.Equal("same", other.Verdict));
        Assert.Equal(60, baseline.Series.Count);
    }

    [Fact]
    public void A_run_without_answers_is_a_regression()
    {
        var worse = Baselines.Compare(SampleRuns.Silent, SampleRuns.Closed, "main", Noise);
        var better = Baselines.Compare(SampleRuns.Closed, SampleRuns.Silent, "main", Noise);
        var same = Baselines.Compare(SampleRuns.Empty, SampleRuns.Empty, "main", 0);
        Assert.True(worse.Regressed);
        Assert.DoesNotContain(worse.Comparisons, comparison => comparison.Verdict == "better");
        Assert.False(better.Regressed);
        Assert.Equal("better", better.Comparisons[0].Verdict);
        Assert.All(same.Comparisons, one => Assert.Equal(("same", 1), (one.Verdict, one.Ratio)));
        Assert.All(
            worse.Comparisons.Concat(better.Comparisons), one => Assert.True(double.IsFinite(one.Ratio)));
    }

    [Fact]
    public void Without_a_threshold_the_spread_of_both_runs_is_the_noise()
    {
        // Ten blocks of 1,000 and 1,200 in turn: mean 1,100, standard deviation 105.4.
        var run = SampleRuns.Closed with
        {
            Duration = 20,
            Series = [.. Enumerable.Range(0, 20).Select(second =>
                new SecondReport(second, second % 4 < 2 ? 1_000 : 1_200, 0, 0.001, 0.002, 0.01, 0.0015))],
        };
        var rate = 2 * Math.Sqrt(2) * 105.4 / 1_100;
        var within = Baselines.Compare(Changed(run, "rate", 1 - rate + 0.01), run, "main", null);
        var beyond = Baselines.Compare(Changed(run, "rate", 1 - rate - 0.01), run, "main", null);

        Assert.Equal(rate, within.Comparisons[0].Noise!.Value, 3);
        Assert.Equal((false, true), (within.Regressed, beyond.Regressed));
        // Latencies that do not vary differ by the recorder's resolution; p99.9 and max are unknown.
        Assert.Equal([0.001, 0.001, 0.001, null, null], within.Comparisons.Skip(1).Take(5).Select(one => one.Noise));
        Assert.Equal("unknown", within.Comparisons[5].Verdict);
        var brief = Baselines.Compare(run, run with { Series = [.. run.Series.Take(4)] }, "main", null, failsRun: true);
        Assert.Equal("unknown", brief.Comparisons[0].Verdict);
        Assert.Equal(Tone.Bad, Verdict.OfComparison(brief).Tone);
        Assert.Contains("5 whole seconds", Verdict.OfComparison(brief).Sentence, StringComparison.Ordinal);
        Assert.True(Baselines.Compare(SampleRuns.Silent, run, "main", null).Regressed);
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
