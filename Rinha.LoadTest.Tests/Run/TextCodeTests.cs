namespace Rinha.LoadTest.Tests.Run;

public sealed class TextCodeTests
{
    [Theory]
    [InlineData(0, "0000000000")]
    [InlineData(61, "000000000z")]
    [InlineData(62, "0000000010")]
    [InlineData(TextCode.Count - 1, "zzzzzzzzzz")]
    public void A_number_is_ten_letters_and_digits(long number, string text)
    {
        Assert.Equal(text, Write(number));
        Assert.True(TextCode.TryRead(Encoding.ASCII.GetBytes(text), out var read));
        Assert.Equal(number, read);
    }

    [Fact]
    public void Every_number_comes_back_and_different_ones_differ()
    {
        var random = new Random(1);
        var numbers = Enumerable.Range(0, 10_000).Select(_ => random.NextInt64(TextCode.Count)).Distinct().ToList();

        var texts = numbers.Select(Write).Distinct().ToList();

        Assert.Equal(numbers.Count, texts.Count);
        Assert.All(texts, text => Assert.Matches("^[0-9A-Za-z]{10}$", text));
        Assert.Equal(numbers, texts.Select(text =>
            TextCode.TryRead(Encoding.ASCII.GetBytes(text), out var number) ? number : -1));
    }

    [Theory]
    [InlineData("")]
    [InlineData("validacao")]
    [InlineData("00000000000")]
    [InlineData("000000000 ")]
    [InlineData("000000000-")]
    [InlineData("00000000é")]
    public void Other_texts_are_not_numbers(string text) =>
        Assert.False(TextCode.TryRead(Encoding.UTF8.GetBytes(text), out _));

    private static string Write(long number)
    {
        var text = new byte[TextCode.Length];
        TextCode.Write(number, text);
        return Encoding.ASCII.GetString(text);
    }
}
