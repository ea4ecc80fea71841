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
    [InlineData(0, "0.00%")]
    [InlineData(0.000_001, "<0.01%")]
    [InlineData(0.5, "50.00%")]
    [InlineData(0.999_999, ">99.99%")]
    [InlineData(1, "100.00%")]
    public void A_share_is_never_rounded_to_all_or_nothing(double share, string text) =>
        Assert.Equal(text, Format.Percent(share));

    [Theory]
    [InlineData(0.000_499_6, "0")]
    [InlineData(0.0015, "2")]
    [InlineData(1.2494, "1,249")]
    public void The_contest_sees_whole_milliseconds(double seconds, string text) =>
        Assert.Equal(text, Format.Milliseconds(seconds));

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
