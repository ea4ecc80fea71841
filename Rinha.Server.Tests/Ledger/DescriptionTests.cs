namespace Rinha.Server.Tests.Ledger;

public sealed class DescriptionTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("1234567890")]
    [InlineData("ãçõéíÁÊÔàü")] // ten of two bytes
    [InlineData("一二三四五六七八九十")] // ten of three bytes
    [InlineData("💰💸💳🏦💱💲🪙💴💵💶")] // ten of four bytes
    [InlineData(" ")]
    [InlineData("a\0b")]
    [InlineData("\"\\/\b\f\n\r\t")]
    public void One_to_ten_scalar_values_are_kept_as_they_are(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);

        Assert.True(Description.TryCreate(utf8, out var description));
        Assert.Equal(utf8, description.AsUtf8().ToArray());
    }

    [Theory]
    [InlineData("")]
    [InlineData("12345678901")]
    [InlineData("ãçõéíÁÊÔàü!")]
    [InlineData("💰💸💳🏦💱💲🪙💴💵💶💷")]
    [InlineData("e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301")] // six accented letters, but twelve scalar values
    public void None_or_more_than_ten_are_refused(string text) =>
        Assert.False(Description.TryCreate(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void A_refused_description_is_empty()
    {
        Assert.False(Description.TryCreate("12345678901"u8, out var description));
        Assert.True(description.AsUtf8().IsEmpty);
    }

    [Fact]
    public void A_copy_does_not_change_with_its_source()
    {
        var source = "before"u8.ToArray();
        Assert.True(Description.TryCreate(source, out var description));

        source.AsSpan().Fill((byte)'x');

        Assert.Equal("before"u8.ToArray(), description.AsUtf8().ToArray());
    }
}
