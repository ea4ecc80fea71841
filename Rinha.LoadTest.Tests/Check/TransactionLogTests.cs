namespace Rinha.LoadTest.Tests.Check;

public sealed class TransactionLogTests
{
    private readonly TransactionLog _log = new();

    [Fact]
    public void Every_transaction_is_acknowledged_refused_or_unknown()
    {
        _log.Acknowledge(1, -10, text: 1, balanceCents: -10);
        _log.Acknowledge(2, 20, text: 2, balanceCents: 20);
        _log.Refuse(3, -30, text: 3);
        _log.Lose(4, -40, text: 4);
        _log.Lose(5, 50, text: 5, FailureKind.UnexpectedStatus);

        Assert.Equal(new LoggedTransaction(1, -10, -10), _log.Acknowledged[1]);
        Assert.Equal(new LoggedTransaction(2, 20, 20), _log.Acknowledged[2]);
        Assert.Equal([3L], _log.Refused);
        Assert.Equal(-40, _log.Unknown[4].SignedCents);
        Assert.Equal(50, _log.Unknown[5].SignedCents);
        Assert.Equal((2, 2), (_log.Acknowledged.Count, _log.Unknown.Count));
    }

    [Fact]
    public void Where_nobody_listened_nothing_can_have_been_applied()
    {
        _log.Lose(1, 10, text: 1, FailureKind.ConnectionRefused);

        Assert.Empty(_log.Unknown);
    }

    [Fact]
    public void What_was_answered_503_is_kept_by_itself()
    {
        _log.TurnAway(1, 10, text: 1);
        _log.TurnAway(1, 10, text: 2, status: 502);
        _log.OnFailure(
            new RequestPlan(Operation.Statement, 1, 0, 3), FailureKind.UnexpectedStatus, Answers.Of(503, ""));

        Assert.Equal([1L], _log.Unavailable);
        Assert.Equal([2L], _log.Unknown.Keys);
    }

    [Theory]
    [InlineData("the storage failed; nothing was changed", false)]
    [InlineData("the database was cut off; whether the transaction was posted is not known: see the statement", true)]
    public void A_503_that_does_not_know_leaves_the_transaction_unknown(string detail, bool isUnknown)
    {
        _log.TurnAway(1, 10, text: 1, detail: detail);

        Assert.Equal(isUnknown ? [1L] : [], _log.Unknown.Keys);
        Assert.Equal(isUnknown ? [] : [1L], _log.Unavailable);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void One_that_does_not_know_weighs_more_than_any_that_does(bool last)
    {
        _log.TurnAway(1, 10, text: 1, detail: last ? "nothing was changed" : "that is not known");
        _log.TurnAway(1, 10, text: 1, detail: last ? "that is not known" : "nothing was changed");

        Assert.Equal([1L], _log.Unknown.Keys);
        Assert.Empty(_log.Unavailable);
    }

    [Fact]
    public void A_transaction_that_is_sent_again_is_what_the_answer_says()
    {
        _log.Lose(1, 10, text: 1);
        _log.TurnAway(1, 10, text: 1);
        _log.Acknowledge(1, 10, text: 1, balanceCents: 10);
        _log.TurnAway(2, -20, text: 2);
        _log.Refuse(2, -20, text: 2);
        _log.Lose(3, -30, text: 3);
        _log.Refuse(3, -30, text: 3);

        Assert.Equal([1L], _log.Acknowledged.Keys);
        Assert.Equal([2L, 3L], _log.Refused.Order());
        Assert.Empty(_log.Unknown);
        Assert.Empty(_log.Unavailable);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void One_try_that_may_have_been_applied_leaves_it_unknown_whatever_503_says_of_the_others(bool last)
    {
        if (last)
        {
            _log.TurnAway(1, 10, text: 1);
        }

        _log.Lose(1, 10, text: 1);
        if (!last)
        {
            _log.TurnAway(1, 10, text: 1);
        }

        Assert.Equal([1L], _log.Unknown.Keys);
        Assert.Empty(_log.Unavailable);
    }

    [Fact]
    public void A_refused_connection_before_or_after_503_changes_nothing()
    {
        _log.Lose(1, 10, text: 1, FailureKind.ConnectionRefused);
        _log.TurnAway(1, 10, text: 1);
        _log.Lose(1, 10, text: 1, FailureKind.ConnectionRefused);

        Assert.Equal([1L], _log.Unavailable);
        Assert.Empty(_log.Unknown);
    }

    [Fact]
    public void A_statement_that_came_to_nothing_is_nothing_to_remember()
    {
        _log.OnFailure(new RequestPlan(Operation.Statement, 1, 0, 1), FailureKind.Timeout, answer: default);

        Assert.Empty(_log.Unknown);
        Assert.Empty(_log.Statements);
    }

    [Fact]
    public void An_answer_that_cannot_be_read_is_a_violation_and_leaves_the_transaction_unknown()
    {
        _log.OnAnswer(Answers.Plan(1, 10, text: 1), Answers.Of(200, "{}"));

        Assert.Equal(1, _log.Readable.ToResult().Violations);
        Assert.Empty(_log.Acknowledged);
        Assert.Equal(10, _log.Unknown[1].SignedCents);
    }

    [Fact]
    public void A_statement_without_its_list_is_a_violation()
    {
        _log.OnAnswer(
            new RequestPlan(Operation.Statement, 1, 0, 0), Answers.Of(200, """{"saldo":{"total":0,"limite":1}}"""));

        Assert.Equal(1, _log.Readable.ToResult().Violations);
        Assert.Empty(_log.Statements);
    }

    [Fact]
    public void A_balance_at_the_limit_is_right_and_one_cent_beyond_it_is_not()
    {
        _log.Acknowledge(1, -10, text: 1, balanceCents: -100, limitCents: 100);
        Assert.Equal((1, 0), (_log.WithinLimit.ToResult().Made, _log.WithinLimit.ToResult().Violations));

        _log.Acknowledge(1, -10, text: 2, balanceCents: -101, limitCents: 100);
        var result = _log.WithinLimit.ToResult();
        Assert.Equal((2, 1, "client 1: balance -101, limit 100"), (result.Made, result.Violations, result.Example));
    }

    [Fact]
    public void A_limit_that_changes_is_a_violation()
    {
        _log.Acknowledge(1, 10, text: 1, balanceCents: 10, limitCents: 100);
        _log.Acknowledge(2, 10, text: 2, balanceCents: 10, limitCents: 200);
        _log.Acknowledge(1, 10, text: 3, balanceCents: 20, limitCents: 100);
        Assert.Equal(0, _log.SameLimit.ToResult().Violations);

        _log.Acknowledge(1, 10, text: 4, balanceCents: 30, limitCents: 200);
        Assert.Equal((1, "client 1: 100, then 200"),
            (_log.SameLimit.ToResult().Violations, _log.SameLimit.ToResult().Example));
    }

    [Fact]
    public void A_statement_is_remembered_with_its_texts()
    {
        _log.List(3, 70, 9, 8, 7);

        var statement = Assert.Single(_log.Statements);
        Assert.Equal((3, 70), (statement.ClientId, statement.BalanceCents));
        Assert.Equal([9, 8, 7], statement.Texts);
    }

    [Fact]
    public void Texts_of_somebody_else_are_known_as_such()
    {
        var answer = new StubAccount(1, 10).Statement(0, [(1, 'c', "validacao"), (1, 'd', Answers.TextOf(5))]);
        _log.OnAnswer(new RequestPlan(Operation.Statement, 1, 0, 0), Answers.Of(200, answer.Body));

        Assert.Equal([-1, 5], Assert.Single(_log.Statements).Texts);
    }
}
