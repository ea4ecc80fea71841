namespace Rinha.LoadTest.Tests.Run;

public sealed class DurationTextTests
{
    [Theory]
    [InlineData("500us", 0.0005)]
    [InlineData("10ms", 0.01)]
    [InlineData("30s", 30)]
    [InlineData("2m", 120)]
    [InlineData("1h", 3600)]
    [InlineData("24h", 86_400)]
    [InlineData("1.5s", 1.5)]
    [InlineData(".5s", 0.5)]
    [InlineData("0.25ms", 0.00025)]
    [InlineData("007s", 7)]
    [InlineData("0.1us", 0.0000001)]
    public void A_number_with_a_unit_is_read(string text, double seconds)
    {
        Assert.True(DurationText.TryParse(text, out var duration));
        Assert.Equal(seconds, duration.TotalSeconds, precision: 7);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("10")]
    [InlineData("0s")]
    [InlineData("0.0ms")]
    [InlineData("0.001us")]
    [InlineData("-1s")]
    [InlineData("+1s")]
    [InlineData("1e3s")]
    [InlineData("1,5s")]
    [InlineData("1 s")]
    [InlineData(" 1s")]
    [InlineData("1s ")]
    [InlineData("1S")]
    [InlineData("1m30s")]
    [InlineData("1d")]
    [InlineData("1µs")]
    [InlineData("25h")]
    [InlineData("86401s")]
    [InlineData("NaNs")]
    [InlineData("Infinitys")]
    public void Anything_else_is_refused(string text) => Assert.False(DurationText.TryParse(text, out _));
}
