namespace Rinha.LoadTest.Tests.Run;

public sealed class ObjectiveTests
{
    [Theory]
    [InlineData("p50=10ms", 50, 0.01, 1)]
    [InlineData("p75=10ms", 75, 0.01, 2)]
    [InlineData("p90=1s", 90, 1, 3)]
    [InlineData("p95=500us", 95, 0.0005, 4)]
    [InlineData("p99=10ms", 99, 0.01, 5)]
    [InlineData("p99.9=2m", 99.9, 120, 6)]
    [InlineData("p99.99=10ms", 99.99, 0.01, 7)]
    [InlineData("max=10ms", 100, 0.01, 8)]
    public void A_target_is_read_and_finds_its_latency(string text, double percentile, double seconds, double found)
    {
        var latency = new LatencyReport
        {
            Count = 1,
            Mean = 0,
            StandardDeviation = 0,
            Min = 0,
            P50 = 1,
            P75 = 2,
            P90 = 3,
            P95 = 4,
            P99 = 5,
            P999 = 6,
            P9999 = 7,
            Max = 8,
            Distribution = [],
            Histogram = [],
        };

        Assert.True(Objective.TryParse(text, out var objective));
        Assert.Equal(new Objective(percentile, seconds, text), objective);
        Assert.Equal(found, objective.Of(latency));
    }

    [Theory]
    [InlineData("")]
    [InlineData("p99")]
    [InlineData("10ms")]
    [InlineData("=10ms")]
    [InlineData("p99=")]
    [InlineData("p99=10")]
    [InlineData("p99=0s")]
    [InlineData("p99=10ms=20ms")]
    [InlineData("99=10ms")]
    [InlineData("P99=10ms")]
    [InlineData("p=10ms")]
    [InlineData("p100=10ms")]
    [InlineData("p98=10ms")]
    [InlineData("p-99=10ms")]
    [InlineData("min=10ms")]
    [InlineData("p99 = 10ms")]
    [InlineData("p99<10ms")]
    public void Anything_else_is_refused(string text) => Assert.False(Objective.TryParse(text, out _));
}
