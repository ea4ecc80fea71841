namespace Rinha.LoadTest.Tests.Run;

public sealed class MixTests
{
    [Theory]
    [InlineData("22:11:1", 22, 11, 1)]
    [InlineData("0:0:1", 0, 0, 1)]
    [InlineData("1:0:0", 1, 0, 0)]
    [InlineData("1000000:1000000:1000000", 1_000_000, 1_000_000, 1_000_000)]
    [InlineData("seed", 32, 1, 1)]
    public void Weights_are_read(string text, int debits, int credits, int statements)
    {
        Assert.True(Mix.TryParse(text, out var mix));
        Assert.Equal(new Mix(debits, credits, statements), mix);
        Assert.Equal(debits + credits + statements, mix.Total);
        Assert.Equal($"{debits}:{credits}:{statements}", mix.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("1:2")]
    [InlineData("1:2:3:4")]
    [InlineData("0:0:0")]
    [InlineData("-1:2:3")]
    [InlineData("+1:2:3")]
    [InlineData("1:2:")]
    [InlineData("1: 2:3")]
    [InlineData("1.5:2:3")]
    [InlineData("1000001:1:1")]
    [InlineData("9999999999:1:1")]
    [InlineData("Seed")]
    public void Anything_else_is_refused(string text) => Assert.False(Mix.TryParse(text, out _));

    [Fact]
    public void Each_operation_has_its_share_of_the_numbers()
    {
        var chosen = Enumerable.Range(0, 6).Select(new Mix(1, 2, 3).Choose);

        Assert.Equal(
            [Operation.Debit, Operation.Credit, Operation.Credit, .. Enumerable.Repeat(Operation.Statement, 3)],
            chosen);
        Assert.Equal(Operation.Statement, new Mix(0, 0, 1).Choose(0));
    }

    [Fact]
    public void The_contests_mix_is_that_of_its_peak() => Assert.Equal(340, Mix.Contest.Total * 10);
}
