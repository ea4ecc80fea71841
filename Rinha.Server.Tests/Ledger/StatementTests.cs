namespace Rinha.Server.Tests.Ledger;

public sealed class StatementTests
{
    [Fact]
    public void A_statement_that_is_used_again_forgets_what_it_held()
    {
        var statement = new Statement();
        statement.Begin(10, 20, new Timestamp(30));
        statement.Add(Entry("old"));

        statement.Begin(-1, 2, new Timestamp(3));

        Assert.Equal(-1, statement.BalanceCents);
        Assert.Equal(2, statement.LimitCents);
        Assert.Equal(new Timestamp(3), statement.ReadAt);
        Assert.True(statement.Entries.IsEmpty);
    }

    [Fact]
    public void Entries_stay_in_the_order_they_came_in_ten_at_most()
    {
        var statement = new Statement();
        statement.Begin(0, 0, default);
        var texts = Enumerable.Range(0, Statement.EntriesMax).Select(index => $"text {index}").ToArray();

        foreach (var text in texts)
        {
            statement.Add(Entry(text));
        }

        Assert.Equal(10, Statement.EntriesMax);
        Assert.Equal(texts, statement.Texts());
    }

    private static StatementEntry Entry(string text) =>
        new(1, TransactionKind.Credit, LedgerExtensions.Describe(text), default);
}
