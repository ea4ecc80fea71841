namespace Rinha.LoadTest.Tests.Check;

public sealed class TransactionLogTests
{
    private static readonly RequestPlan s_statement = new(Operation.Statement, 1, 0, 0);

    private readonly TransactionLog _log = new();

    // Attempts of one transaction. "503" means nothing was changed, "open" a 503 with an unknown outcome.
    [Theory]
    [InlineData("timeout", "unknown")]
    [InlineData("502", "unknown")]
    [InlineData("503", "unavailable")]
    [InlineData("200", "acknowledged")]
    [InlineData("timeout 503", "unknown")]
    [InlineData("503 timeout", "unknown")]
    [InlineData("open", "unknown")]
    [InlineData("open 503", "unknown")]
    [InlineData("503 open", "unknown")]
    [InlineData("refused", "")]
    [InlineData("refused 503 refused", "unavailable")]
    [InlineData("timeout 503 200", "acknowledged")]
    [InlineData("503 422", "refused")]
    [InlineData("timeout 422", "refused")]
    public void A_conclusive_answer_wins_and_an_unknown_attempt_outweighs_503(
        string tries, string fate)
    {
        foreach (var one in tries.Split(' '))
        {
            Action answer = one switch
            {
                "timeout" => () => _log.LoseAnswer(1, -10, text: 1),
                "refused" => () => _log.LoseAnswer(1, -10, text: 1, FailureKind.ConnectionRefused),
                "502" => () => _log.FailWithStatus(1, -10, text: 1, status: 502),
                "503" => () => _log.FailWithStatus(1, -10, text: 1, problem: ProblemType.StorageFailed),
                "open" => () => _log.FailWithStatus(1, -10, text: 1, problem: ProblemType.OutcomeUnknown),
                "200" => () => _log.Acknowledge(1, -10, text: 1, balanceCents: -10),
                _ => () => _log.Refuse(1, -10, text: 1),
            };
            answer();
        }

        Assert.Equal(
            (fate == "acknowledged", fate == "refused", fate == "unavailable", fate == "unknown"),
            (_log.Acknowledged.ContainsKey(1), _log.Refused.Contains(1), _log.Unavailable.Contains(1),
                _log.Unknown.ContainsKey(1)));
        Assert.All(_log.Acknowledged.Values, one => Assert.Equal(new LoggedTransaction(1, -10, -10), one));
        Assert.All(_log.Unknown.Values, one => Assert.Equal(-10, one.SignedCents));
    }

    [Fact]
    public void A_failed_statement_is_not_recorded()
    {
        _log.OnFailure(s_statement, FailureKind.Timeout, answer: default);
        _log.OnFailure(s_statement, FailureKind.UnexpectedStatus, new StubAnswer(503).ToAnswer());

        Assert.Empty(_log.Unknown);
        Assert.Empty(_log.Unavailable);
        Assert.Empty(_log.Statements);
    }

    [Fact]
    public void An_unreadable_answer_is_a_violation_and_leaves_the_transaction_unknown()
    {
        _log.OnAnswer(Logs.Plan(1, 10, text: 1), new StubAnswer(200, "{}").ToAnswer());
        _log.OnAnswer(s_statement, new StubAnswer(200, """{"saldo":{"total":0,"limite":1}}""").ToAnswer());

        Assert.Equal(2, _log.WellFormed.ToResult().Violations);
        Assert.Empty(_log.Acknowledged);
        Assert.Equal(10, _log.Unknown[1].SignedCents);
        Assert.Empty(_log.Statements);
    }

    [Fact]
    public void A_balance_at_the_limit_passes_and_one_cent_beyond_it_fails()
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
        _log.Acknowledge(1, 10, text: 1, limitCents: 100);
        _log.Acknowledge(2, 10, text: 2, limitCents: 200);
        _log.Acknowledge(1, 10, text: 3, limitCents: 100);
        Assert.Equal(0, _log.ConstantLimit.ToResult().Violations);

        _log.Acknowledge(1, 10, text: 4, limitCents: 200);
        Assert.Equal((1, "client 1: 100, then 200"),
            (_log.ConstantLimit.ToResult().Violations, _log.ConstantLimit.ToResult().Example));
    }

    [Fact]
    public void A_statement_is_recorded_with_its_texts_and_foreign_ones_are_marked()
    {
        _log.List(3, 70, 9, 8, 7);
        _log.OnAnswer(
            s_statement,
            new StubAccount(1, 10).Statement(0, [new(1, 'c', "validacao"), new(1, 'd', Logs.TextOf(5))]).ToAnswer());

        Assert.Equal([(3, 70), (1, 0)], _log.Statements.Select(one => (one.ClientId, one.BalanceCents)));
        Assert.Equal([[9, 8, 7], [-1, 5]], _log.Statements.Select(one => one.Texts));
    }
}
