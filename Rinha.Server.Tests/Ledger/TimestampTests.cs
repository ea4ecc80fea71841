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

    [Theory]
    [InlineData(0, true)]
    [InlineData(-1, true)]
    [InlineData(253_402_300_799_999_999, true)] // the end of the year 9999
    [InlineData(253_402_300_800_000_000, false)]
    [InlineData(-62_135_596_800_000_000, true)] // the beginning of the year 1
    [InlineData(-62_135_596_800_000_001, false)]
    [InlineData(long.MaxValue, false)]
    [InlineData(long.MinValue, false)]
    public void Only_a_date_is_taken(long microseconds, bool isDate)
    {
        Assert.Equal(isDate, Timestamp.TryCreate(microseconds, out var timestamp));
        Assert.True(!isDate || timestamp.ToUtc().Year is 1 or 1969 or 1970 or 9999);
    }

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
