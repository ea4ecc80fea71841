using Rinha.LoadTest.Output;

namespace Rinha.LoadTest.Tests.Output;

public sealed class FormatTests
{
    [Theory]
    [InlineData(0, "0s")]
    [InlineData(85e-9, "85.0ns")]
    [InlineData(999.4e-9, "999ns")]
    [InlineData(999.6e-9, "1.00µs")]
    [InlineData(412.3e-6, "412µs")]
    [InlineData(999.6e-6, "1.00ms")]
    [InlineData(1.2545e-3, "1.25ms")]
    [InlineData(9.996e-3, "10.0ms")]
    [InlineData(99.96e-3, "100ms")]
    [InlineData(0.9996, "1.00s")]
    [InlineData(60, "60.0s")]
    [InlineData(244.4, "244s")]
    [InlineData(3600, "3,600s")]
    public void A_duration_has_three_digits(double seconds, string text) =>
        Assert.Equal(text, Format.Duration(seconds));

    [Theory]
    [InlineData(0.005, "5ms")]
    [InlineData(0.0025, "2.5ms")]
    [InlineData(0.000_01, "10µs")]
    public void A_tick_has_no_zeros_at_its_end(double seconds, string text) =>
        Assert.Equal(text, Format.DurationTick(seconds));

    [Theory]
    [InlineData(0, "0.00%")]
    [InlineData(0.000_001, "<0.01%")]
    [InlineData(0.5, "50.00%")]
    [InlineData(0.999_999, ">99.99%")]
    [InlineData(1, "100.00%")]
    public void A_share_is_never_rounded_to_all_or_nothing(double share, string text) =>
        Assert.Equal(text, Format.Percent(share));

    [Theory]
    [InlineData(0, "0")]
    [InlineData(1.5, "1.50")]
    [InlineData(252.06, "252.1")]
    [InlineData(12_400.4, "12,400")]
    public void A_rate_has_as_many_digits_as_it_is_good_for(double rate, string text) =>
        Assert.Equal(text, Format.Rate(rate));

    [Fact]
    public void Money_has_separators() => Assert.Equal("USD 94,890.97", Format.Dollars(94_890.97));

    [Theory]
    [InlineData(0.000_499_6, "0")]
    [InlineData(0.0015, "2")]
    [InlineData(1.2494, "1,249")]
    public void The_contest_sees_whole_milliseconds(double seconds, string text) =>
        Assert.Equal(text, Format.Milliseconds(seconds));

    [Theory]
    [InlineData(200, "200 OK")]
    [InlineData(404, "404 Not Found")]
    [InlineData(299, "299")]
    public void A_status_has_its_name(int status, string text) => Assert.Equal(text, Format.Status(status));

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a\r\nb\tc\u001b[2J\0", "a··b·c·[2J·")]
    [InlineData("débito µ", "débito µ")]
    [InlineData("\u202egnp\u2028", "·gnp·")]
    [InlineData("0123456789ABCDEF", "0123456789ABCDEF")]
    [InlineData("0123456789ABCDEFG", "0123456789ABCDE…")]
    public void Text_from_outside_becomes_one_harmless_line(string text, string line) =>
        Assert.Equal(line, Format.OneLine(text, 16));

    [Fact]
    public void A_pair_of_surrogates_is_not_torn_apart() => Assert.Equal("12…", Format.OneLine("12😀😀", 4));

    [Fact]
    public void Every_kind_of_failure_is_lower_case_words() => Assert.All(
        Enum.GetValues<FailureKind>(), kind => Assert.Matches("^[a-z]+( [a-z]+)*$", Format.Failure(kind)));
}
