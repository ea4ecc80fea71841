namespace Rinha.LoadTest.Tests.Check;

// The oracle's checks of balances and statements.
public sealed class OracleTests
{
    private const string Snapshot = "a statement's balance is that of its newest transaction";
    private const string Chain = "a statement lists consecutive transactions, newest first";
    private const string Refused = "no statement lists a refused transaction";

    private readonly TransactionLog _log = new(keepsStatements: true);

    [Theory]
    [InlineData(70, 0, -7, null)]
    [InlineData(69, 0, -7, "client 1: moved by 69, acknowledged 70")]
    [InlineData(100, 0, -7, "client 1: moved by 100, acknowledged 70")]
    [InlineData(70, -1_000, -7, "client 2: moved by -1000, acknowledged 0")]
    [InlineData(70, 0, -8, "client 5: moved by -8, acknowledged -7")]
    public void Balances_move_by_what_was_acknowledged(long first, long second, long fifth, string? example)
    {
        _log.Acknowledge(1, 100, text: 1);
        _log.Acknowledge(1, -30, text: 2);
        _log.Acknowledge(5, -7, text: 3);
        _log.Refuse(2, -1_000, text: 4);

        var result = Oracle.Balances(
            _log, [10, 20, 30, 40, 50], [10 + first, 20 + second, 30, 40, 50 + fifth]);

        Assert.Equal(
            new CheckResult(
                "balance = balance before + acknowledged transactions", 5, example is null ? 0 : 1, example),
            result);
    }

    [Fact]
    public void Unknown_transactions_count_wholly_or_not_at_all()
    {
        _log.LoseAnswer(3, 1, text: 1);
        _log.LoseAnswer(3, -10, text: 2, FailureKind.ClosedMidAnswer);
        _log.LoseAnswer(3, 100, text: 3, FailureKind.UnexpectedStatus);
        _log.LoseAnswer(2, 1, text: 4, FailureKind.ConnectionRefused);

        Assert.All([0, 1, -10, -9, 101, 91], moved => Assert.Equal(0, Moved(3, moved).Violations));
        Assert.All([2, -1, 102, 50], moved => Assert.Equal(1, Moved(3, moved).Violations));
        Assert.Equal(1, Moved(2, 1).Violations);
    }

    [Theory]
    [InlineData(20, 200, 0)]
    [InlineData(20, 210, 1)]
    [InlineData(20, 5, 1)]
    [InlineData(25, 250, 0)]
    [InlineData(25, 5, 0)]
    [InlineData(25, 251, 1)]
    [InlineData(25, -1, 1)]
    [InlineData(5_000, 50_000, 0)]
    public void With_more_than_twenty_unknown_ones_only_bounds_are_checked(int unknown, long moved, long violations)
    {
        for (var text = 0; text < unknown; text++)
        {
            _log.LoseAnswer(1, 10, text);
        }

        Assert.Equal(violations, Moved(1, moved).Violations);
    }

    [Fact]
    public void Consistent_statements_pass()
    {
        AcknowledgeThree();
        _log.List(1, 0);
        _log.List(1, 100, 1);
        _log.List(1, 70, 2, 1);
        _log.List(1, 75, 3, 2, 1);
        _log.List(1, 75, 3);
        // Transactions from before the run are not checked.
        _log.List(1, 100, 1, 77, 78);
        _log.List(1, -5, 77, 78);

        AssertViolations();
        Assert.All(StatementChecks.Run(_log), result => Assert.True(result.Made > 0));
    }

    [Theory]
    [InlineData(70, Snapshot, 3, 2, 1)]
    [InlineData(75, Snapshot + "|" + Chain, 1, 2, 3)]
    [InlineData(75, Chain, 3, 1, 2)]
    [InlineData(75, Chain, 3, 1)]
    [InlineData(75, Chain, 3, 3, 2)]
    [InlineData(75, Refused, 4, 3)]
    [InlineData(75, Snapshot, 9)] // another client's
    public void An_inconsistent_statement_is_reported(long balanceCents, string violations, params int[] texts)
    {
        AcknowledgeThree();
        _log.Acknowledge(2, 75, text: 9, balanceCents: 75);

        _log.List(1, balanceCents, [.. texts.Select(text => (long)text)]);

        AssertViolations(violations.Split('|'));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(11)]
    public void More_than_ten_entries_are_reported(int count)
    {
        var texts = Enumerable.Range(1, count).Select(text => (long)text).ToList();
        texts.ForEach(text => _log.Acknowledge(2, 1, text, balanceCents: text));

        _log.List(2, count, [.. texts.AsEnumerable().Reverse()]);

        AssertViolations(count > 10 ? [Chain] : []);
    }

    private void AcknowledgeThree()
    {
        _log.Acknowledge(1, 100, text: 1, balanceCents: 100);
        _log.Acknowledge(1, -30, text: 2, balanceCents: 70);
        _log.Acknowledge(1, 5, text: 3, balanceCents: 75);
        _log.Refuse(1, -9_999, text: 4);
    }

    private CheckResult Moved(int clientId, long cents) => Oracle.Balances(
        _log,
        [0, 0, 0, 0, 0],
        [.. Enumerable.Range(1, 5).Select(client => client == clientId ? cents : 0)]);

    private void AssertViolations(params string[] names)
    {
        var results = StatementChecks.Run(_log);
        Assert.Equal([Snapshot, Chain, Refused], results.Select(result => result.Name));
        Assert.Equal(
            names, results.Where(result => result.Violations > 0).Select(result => result.Name));
    }
}
