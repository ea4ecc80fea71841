using Rinha.LoadTest.Http;
using Rinha.LoadTest.Output;

namespace Rinha.LoadTest.Tests.Output;

public sealed class WordsTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a\r\nb\tc\u001b[2J\0", "a··b·c·[2J·")]
    [InlineData("débito µ", "débito µ")]
    [InlineData("\u202egnp\u2028", "·gnp·")]
    [InlineData("0123456789ABCDEF", "0123456789ABCDEF")]
    [InlineData("0123456789ABCDEFG", "0123456789ABCDE…")]
    public void Text_from_outside_becomes_one_harmless_line(string text, string line) =>
        Assert.Equal(line, Words.OneLine(text, 16));

    [Fact]
    public void A_pair_of_surrogates_is_not_torn_apart() => Assert.Equal("12…", Words.OneLine("12😀😀", 4));

    [Fact]
    public void Every_kind_of_failure_is_lower_case_words() => Assert.All(
        Enum.GetValues<FailureKind>(), kind => Assert.Matches("^[a-z]+( [a-z]+)*$", Words.Failure(kind)));
}
