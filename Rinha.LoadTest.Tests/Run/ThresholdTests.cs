using Rinha.LoadTest.Tests.Output;

namespace Rinha.LoadTest.Tests.Run;

public sealed class ThresholdTests
{
    // SampleRuns.Open: 66 of 120,000 failed, 1,998.9/s, p99 9.9 ms; its debits: 50 of 77,647 failed, 1,293.28/s.
    [Theory]
    [InlineData("p99 > 9ms", false)]
    [InlineData("p99>10ms", true)]
    [InlineData("p99 < 9900us", true)]
    [InlineData(" mean >= 0.001s ", false)]
    [InlineData("debit.p99.9 > 1s", true)]
    [InlineData("max > 9900000ns", false)]
    [InlineData("rate < 1998.9", true)]
    [InlineData("rate <= 1998.9/s", false)]
    [InlineData("debit.rate < 1500/s", false)]
    [InlineData("failed > 65", false)]
    [InlineData("failed > 66", true)]
    [InlineData("failed > 0.05%", false)]
    [InlineData("failed > 0.06%", true)]
    [InlineData("debit.failed >= 51", true)]
    public void A_condition_that_holds_fails_the_run(string text, bool passed)
    {
        Assert.True(Threshold.TryParse(text, out var threshold));
        Assert.Equal(passed, threshold.Judge(SampleRuns.Open).Passed);
    }

    [Fact]
    public void A_latency_of_no_request_fails_the_run()
    {
        Assert.True(Threshold.TryParse("p99 > 1s", out var threshold));
        Assert.Equal(
            new ThresholdReport("p99 > 1s", ThresholdUnit.Seconds, null, Passed: false),
            threshold.Judge(SampleRuns.Silent));
    }

    [Fact]
    public void Other_conditions_are_refused() => Assert.All(
        [
            "", "p99", "p99 > 10", "p99 = 10ms", "p99 > 10m", "p99 > -1ms", "p99 > 1e3ms", "p98 > 1ms", "P99 > 1ms",
            "rate > 1ms", "rate > 5%", "failed > 1/s", "success < 1", "transfer.p99 > 1ms", "débito.p99 > 1ms",
            "failed > 150%", "p99 > 1ms p50 > 1ms", "p99.p50 > 1ms", "debit. p99 > 1ms",
        ],
        text => Assert.False(Threshold.TryParse(text, out _), text));
}
