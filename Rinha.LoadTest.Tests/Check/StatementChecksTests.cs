namespace Rinha.LoadTest.Tests.Check;

public sealed class StatementChecksTests
{
    private const string Snapshot = "a statement's balance is that of its newest transaction";
    private const string Chain = "a statement lists consecutive transactions, newest first";
    private const string Refused = "no statement lists a refused transaction";

    private readonly TransactionLog _log = new();

    public StatementChecksTests()
    {
        _log.Acknowledge(1, 100, text: 1, balanceCents: 100);
        _log.Acknowledge(1, -30, text: 2, balanceCents: 70);
        _log.Acknowledge(1, 5, text: 3, balanceCents: 75);
        _log.Refuse(1, -9_999, text: 4);
    }

    [Fact]
    public void Statements_that_agree_with_the_answers_are_right()
    {
        _log.List(1, 0);
        _log.List(1, 100, 1);
        _log.List(1, 70, 2, 1);
        _log.List(1, 75, 3, 2, 1);
        _log.List(1, 75, 3);

        AssertViolations();
        Assert.All(Results(), result => Assert.True(result.Made > 0));
    }

    [Fact]
    public void What_was_there_before_the_run_is_not_judged()
    {
        _log.List(1, 100, 1, 77, 78);
        _log.List(1, -5, 77, 78);

        AssertViolations();
    }

    [Theory]
    [InlineData(70)]
    [InlineData(0)]
    public void A_balance_of_another_moment_than_the_list_is_found(long balanceCents)
    {
        _log.List(1, balanceCents, 3, 2, 1);

        AssertViolations(Snapshot);
        Assert.Equal(
            $"client 1: balance {balanceCents}, its newest transaction left 75",
            Results().Single(result => result.Name == Snapshot).Example);
    }

    [Theory]
    [InlineData(3, 1, 2)]
    [InlineData(3, 1)]
    [InlineData(3, 3, 2)]
    [InlineData(3, 2, 2, 1)]
    public void A_list_with_a_gap_or_out_of_order_is_found(params int[] texts)
    {
        _log.List(1, 75, [.. texts.Select(text => (long)text)]);

        AssertViolations(Chain);
    }

    [Fact]
    public void Oldest_first_is_found_twice()
    {
        _log.List(1, 75, 1, 2, 3);

        AssertViolations(Snapshot, Chain);
    }

    [Fact]
    public void More_than_ten_are_found()
    {
        for (var text = 10; text < 21; text++)
        {
            _log.Acknowledge(2, 1, text, balanceCents: text - 9);
        }

        _log.List(2, 10, [.. Enumerable.Range(10, 10).Reverse().Select(text => (long)text)]);
        AssertViolations();

        _log.List(2, 11, [.. Enumerable.Range(10, 11).Reverse().Select(text => (long)text)]);
        AssertViolations(Chain);
    }

    [Fact]
    public void A_refused_transaction_is_found()
    {
        _log.List(1, 75, 4, 3);

        AssertViolations(Refused);
    }

    [Fact]
    public void A_transaction_of_another_client_is_found()
    {
        _log.Acknowledge(2, 75, text: 9, balanceCents: 75);

        _log.List(1, 75, 9);

        Assert.Contains(Results(), result => result.Violations > 0);
    }

    private IReadOnlyList<CheckResult> Results() => StatementChecks.Run(_log);

    private void AssertViolations(params string[] names)
    {
        var results = Results();
        Assert.Equal([Snapshot, Chain, Refused], results.Select(result => result.Name));
        Assert.Equal(
            names, results.Where(result => result.Violations > 0).Select(result => result.Name));
    }
}
