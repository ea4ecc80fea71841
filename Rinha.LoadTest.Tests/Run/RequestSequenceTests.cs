namespace Rinha.LoadTest.Tests.Run;

public sealed class RequestSequenceTests
{
    private const int Many = 100_000;

    [Fact]
    public void The_same_seed_gives_the_same_requests()
    {
        Assert.Equal(Take(new RequestSequence(Mix.Contest, 7)), Take(new RequestSequence(Mix.Contest, 7)));
        Assert.NotEqual(Take(new RequestSequence(Mix.Contest, 7)), Take(new RequestSequence(Mix.Contest, 8)));
    }

    [Fact]
    public void Distinct_texts_leave_all_else_to_the_seed()
    {
        var once = Take(new RequestSequence(Mix.Contest, 7, distinctTexts: true));
        var again = Take(new RequestSequence(Mix.Contest, 7, distinctTexts: true));

        Assert.Equal(once.Select(plan => plan with { Text = 0 }), again.Select(plan => plan with { Text = 0 }));
    }

    [Theory]
    [InlineData(22, 11, 1)]
    [InlineData(32, 1, 1)]
    [InlineData(0, 1, 1)]
    public void Operations_occur_in_proportion(int debits, int credits, int statements)
    {
        var mix = new Mix(debits, credits, statements);

        var counts = Take(new RequestSequence(mix, 1)).CountBy(plan => plan.Operation).ToDictionary();

        AssertShare((double)debits / mix.Total, counts.GetValueOrDefault(Operation.Debit));
        AssertShare((double)credits / mix.Total, counts.GetValueOrDefault(Operation.Credit));
        AssertShare((double)statements / mix.Total, counts.GetValueOrDefault(Operation.Statement));
    }

    [Fact]
    public void Clients_and_amounts_are_uniform()
    {
        var plans = Take(new RequestSequence(Mix.Contest, 1));

        var clients = plans.CountBy(plan => plan.ClientId).ToDictionary();
        Assert.Equal([1, 2, 3, 4, 5], clients.Keys.Order());
        Assert.All(clients.Values, count => AssertShare(0.2, count));
        Assert.Equal((1, 10_000), (plans.Min(plan => plan.AmountCents), plans.Max(plan => plan.AmountCents)));
        AssertShare(0.5, plans.Count(plan => plan.AmountCents <= 5_000));
        Assert.All(plans, plan => Assert.InRange(plan.Text, 0, TextCode.Count - 1));
    }

    [Fact]
    public void Texts_are_distinct_where_they_must_be()
    {
        var plans = Take(new RequestSequence(Mix.Contest, 1, distinctTexts: true));
        var others = Take(new RequestSequence(Mix.Contest, 1, distinctTexts: true));

        Assert.Equal(Many, plans.DistinctBy(plan => plan.Text).Count());
        Assert.Empty(plans.Select(plan => plan.Text).Intersect(others.Select(plan => plan.Text)));
        Assert.All(plans, plan => Assert.InRange(plan.Text, 0, TextCode.Count - 1));
    }

    private static List<RequestPlan> Take(RequestSequence sequence) =>
        [.. Enumerable.Range(0, Many).Select(_ => sequence.Next())];

    // Five standard deviations of a binomial distribution.
    private static void AssertShare(double share, int count) =>
        Assert.InRange(count - (share * Many), -5 * Deviation(share), 5 * Deviation(share));

    private static double Deviation(double share) => Math.Sqrt(Many * share * (1 - share));
}
