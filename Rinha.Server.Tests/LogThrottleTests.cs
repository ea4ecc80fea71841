namespace Rinha.Server.Tests;

public sealed class LogThrottleTests
{
    [Fact]
    public void One_a_second_passes_and_says_how_many_did_not()
    {
        var throttle = new LogThrottle();

        Assert.Equal((true, 0), Ask(5_000));
        Assert.Equal((false, 0), Ask(5_000));
        Assert.Equal((false, 0), Ask(5_999));
        Assert.Equal((true, 2), Ask(6_000));
        Assert.Equal((false, 0), Ask(6_001));
        Assert.Equal((true, 1), Ask(60_000));
        Assert.Equal((true, 0), Ask(61_000));

        (bool, long) Ask(long nowMs) => (throttle.TryPass(nowMs, out var unlogged), unlogged);
    }
}
