using System.Globalization;
using Rinha.Server.Ledger;

namespace Rinha.Server.Tests.Ledger;

public sealed class TimestampTests
{
    [Theory]
    [InlineData(0, "1970-01-01T00:00:00.0000000Z")]
    [InlineData(1, "1970-01-01T00:00:00.0000010Z")]
    [InlineData(1_705_458_881_217_753, "2024-01-17T02:34:41.2177530Z")]
    [InlineData(-1, "1969-12-31T23:59:59.9999990Z")]
    public void Microseconds_count_from_1970_in_UTC(long microseconds, string expected) =>
        Assert.Equal(
            expected, new Timestamp(microseconds).ToUtc().ToString("O", CultureInfo.InvariantCulture));

    [Fact]
    public void Now_is_the_clock_cut_to_microseconds()
    {
        var before = DateTime.UtcNow.AddMicroseconds(-1);
        var now = Timestamp.Now.ToUtc();
        var after = DateTime.UtcNow;

        Assert.InRange(now, before, after);
        Assert.Equal(0, now.Ticks % TimeSpan.TicksPerMicrosecond);
    }
}
