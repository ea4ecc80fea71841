using Rinha.LoadTest.Http;
using Rinha.LoadTest.Output;
using Rinha.LoadTest.Stats;

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

    [Theory]
    [InlineData(null, "3 (2 completed, 1 failed)")]
    [InlineData(0L, "3 (2 completed, 1 failed), sent again 0 times")]
    [InlineData(1_234L, "3 (2 completed, 1 failed), sent again 1,234 times")]
    public void Requests_that_may_be_sent_again_say_how_often(long? retries, string words) => Assert.Equal(
        words, Words.Requests(new SummaryReport(3, 2, 1, 0, 0, new Dictionary<int, long>()) { Retries = retries }));

    [Fact]
    public void Every_kind_of_failure_is_lower_case_words() => Assert.All(
        Enum.GetValues<FailureKind>(), kind => Assert.Matches("^[a-z]+( [a-z]+)*$", Words.Failure(kind)));
}
