using Rinha.Server.Telemetry;

namespace Rinha.Server.Tests.Telemetry;

public sealed class ProcessStatTests
{
    // The 22nd field: started 600 s after boot. The name may contain spaces and parentheses.
    private const string Stat =
        "1 (a (b) c) S 0 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 60000 170164224 2983 18446744073709551615 1 1";

    [Fact]
    public void The_age_is_measured_on_the_boot_time_clock() =>
        Assert.Equal(2_000, ProcessStat.AgeMs(Stat, bootTimeMs: 602_000));

    [Theory]
    [InlineData(0, false)]
    [InlineData(2_999, false)]
    [InlineData(3_000, true)]
    [InlineData(36_000_000, true)]
    [InlineData(-1, true)]
    [InlineData(-36_000_000, true)]
    public void A_health_check_holds_unless_the_container_is_known_to_be_new(long ageMs, bool holds) =>
        Assert.Equal(holds, HealthCheck.IsPastStartup(ageMs));
}
