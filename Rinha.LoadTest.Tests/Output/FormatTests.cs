using Rinha.LoadTest.Output;

namespace Rinha.LoadTest.Tests.Output;

public sealed class FormatTests
{
    [Fact]
    public void A_duration_has_three_digits_and_a_share_is_never_rounded_to_all_or_nothing()
    {
        double[] durations =
            [0, 85e-9, 999.4e-9, 999.6e-9, 412.3e-6, 999.6e-6, 1.2545e-3, 9.996e-3, 0.9996, 60, 244.4, 3600];
        double[] shares = [0, 0.000_001, 0.5, 0.999_999, 1];
        double[] seconds = [0.000_499_6, 0.0015, 1.2494];
        Assert.Equal(
            "0s 85.0ns 999ns 1.00µs 412µs 1.00ms 1.25ms 10.0ms 1.00s 60.0s 244s 3,600s",
            string.Join(' ', durations.Select(Format.Duration)));
        Assert.Equal(
            "0.00% <0.01% 50.00% >99.99% 100.00%",
            string.Join(' ', shares.Select(Format.Percent)));
        // The contest counts whole milliseconds.
        Assert.Equal("0 2 1,249", string.Join(' ', seconds.Select(Format.Milliseconds)));
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a\r\nb\tc\u001b[2J\0", "a··b·c·[2J·")]
    [InlineData("débito µ", "débito µ")]
    [InlineData("\u202egnp\u2028", "·gnp·")]
    [InlineData("0123456789ABCDEF", "0123456789ABCDEF")]
    [InlineData("0123456789ABCDEFG", "0123456789ABCDE…")]
    public void Untrusted_text_becomes_one_harmless_line(string text, string line) =>
        Assert.Equal(line, Format.OneLine(text, 16));

    [Fact]
    public void A_surrogate_pair_is_not_split() => Assert.Equal("12…", Format.OneLine("12😀😀", 4));

    [Fact]
    public void Every_failure_kind_reads_as_lower_case_words() => Assert.All(
        Enum.GetValues<FailureKind>(), kind => Assert.Matches("^[a-z]+( [a-z]+)*$", Format.Failure(kind)));
}
