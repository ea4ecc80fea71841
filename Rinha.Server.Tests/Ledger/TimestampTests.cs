namespace Rinha.Server.Tests.Ledger;

public sealed class TimestampTests
{
    [Theory]
    [InlineData(0, true)]
    [InlineData(-1, true)]
    [InlineData(253_402_300_799_999_999, true)] // the end of the year 9999
    [InlineData(253_402_300_800_000_000, false)]
    [InlineData(-62_135_596_800_000_000, true)] // the beginning of the year 1
    [InlineData(-62_135_596_800_000_001, false)]
    [InlineData(long.MaxValue, false)]
    [InlineData(long.MinValue, false)]
    public void Only_a_valid_date_is_accepted(long microseconds, bool isDate)
    {
        Assert.Equal(isDate, Timestamp.TryCreate(microseconds, out var timestamp));
        Assert.True(!isDate || timestamp.ToUtc().Year is 1 or 1969 or 1970 or 9999);
    }
}
