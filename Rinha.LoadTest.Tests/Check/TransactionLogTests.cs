namespace Rinha.LoadTest.Tests.Check;

public sealed class TransactionLogTests
{
    private static readonly RequestPlan s_statement = new(Operation.Statement, 1, 0, 0);

    private readonly TransactionLog _log = new(keepsStatements: true);

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
            (fate == "acknowledged" ? 1 : 0, fate == "refused" ? 1 : 0, fate == "unavailable" ? 1 : 0,
                fate == "unknown" ? 1 : 0),
            (_log.Acknowledged, _log.Refused, _log.Unavailable, _log.Unknown));
        Assert.All(_log.Requests, one => Assert.Equal((1, -10, 1), (one.ClientId, one.SignedCents, one.Text)));
    }

    // From the first attempt, which may be the one that was applied, to the answer of the last.
    [Fact]
    public void A_retried_transaction_lasts_from_its_first_attempt_to_its_answer()
    {
        var plan = Logs.Plan(1, 10, text: 1);
        _log.OnFailure(plan, FailureKind.Timeout, new Answer(0, [], completedAtNs: 20, beganAtNs: 10));
        _log.OnFailure(plan, FailureKind.Timeout, new Answer(0, [], completedAtNs: 40, beganAtNs: 30));
        var body = Encoding.UTF8.GetBytes(new StubAccount(1, 100).Receipt(10).Body);
        _log.OnAnswer(plan, new Answer(200, body, completedAtNs: 60, beganAtNs: 50));
        _log.OnFailure(Logs.Plan(1, 10, text: 2), FailureKind.Timeout, new Answer(0, [], 80, beganAtNs: 70));

        Assert.Equal(
            [(10, 60), (70, LoggedRequest.Never)],
            _log.Requests.Select(one => (one.BeganAtNs, one.EndedAtNs)));
    }

    [Fact]
    public void A_failed_statement_is_not_recorded()
    {
        _log.OnFailure(s_statement, FailureKind.Timeout, answer: default);
        _log.OnFailure(s_statement, FailureKind.UnexpectedStatus, new StubAnswer(503).ToAnswer());

        Assert.Empty(_log.Requests);
    }

    [Fact]
    public void An_unreadable_answer_is_a_violation_and_leaves_the_transaction_unknown()
    {
        _log.OnAnswer(Logs.Plan(1, 10, text: 1), new StubAnswer(200, "{}").ToAnswer());
        _log.OnAnswer(s_statement, new StubAnswer(200, """{"saldo":{"total":0,"limite":1}}""").ToAnswer());

        Assert.Equal(2, _log.WellFormed.ToResult().Violations);
        var unknown = Assert.Single(_log.Requests);
        Assert.Equal((Outcome.Unknown, 10), (unknown.Outcome, unknown.SignedCents));
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

        Assert.Equal([(3, 70), (1, 0)], _log.Statements!.Select(one => (one.ClientId, one.BalanceCents)));
        Assert.Equal([[9, 8, 7], [LoggedRequest.ForeignText, 5]], _log.Statements!.Select(one => one.Texts));
    }
}
