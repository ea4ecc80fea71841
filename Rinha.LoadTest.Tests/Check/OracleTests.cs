namespace Rinha.LoadTest.Tests.Check;

public sealed class OracleTests
{
    private static readonly LedgerState s_zero = new([0, 0, 0, 0, 0]);

    private readonly TransactionLog _log = new();

    [Fact]
    public void Balances_that_moved_by_what_was_acknowledged_are_right()
    {
        _log.Acknowledge(1, 100, text: 1, balanceCents: 0);
        _log.Acknowledge(1, -30, text: 2, balanceCents: 0);
        _log.Acknowledge(5, -7, text: 3, balanceCents: 0);
        _log.Refuse(2, -1_000, text: 4);

        AssertRight(new([10, 20, 30, 40, 50]), new([80, 20, 30, 40, 43]));
    }

    [Theory]
    [InlineData(69, 0)]
    [InlineData(71, 0)]
    [InlineData(100, 0)]
    [InlineData(70, -1_000)]
    public void A_balance_that_moved_by_anything_else_is_found(long first, long second)
    {
        _log.Acknowledge(1, 100, text: 1, balanceCents: 0);
        _log.Acknowledge(1, -30, text: 2, balanceCents: 0);
        _log.Refuse(2, -1_000, text: 3);

        var result = Oracle.Balances(_log, s_zero, new([first, second, 0, 0, 0]));

        Assert.Equal((5, 1), (result.Made, result.Violations));
        Assert.Equal(
            first == 70 ? "client 2: moved by -1000, acknowledged 0" : $"client 1: moved by {first}, acknowledged 70",
            result.Example);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-10)]
    [InlineData(-9)]
    [InlineData(100)]
    [InlineData(101)]
    [InlineData(90)]
    [InlineData(91)]
    public void Unknown_transactions_may_have_been_applied_or_not(long moved)
    {
        _log.Lose(3, 1, text: 1);
        _log.Lose(3, -10, text: 2, FailureKind.ClosedMidAnswer);
        _log.Lose(3, 100, text: 3, FailureKind.UnexpectedStatus);

        AssertRight(s_zero, new([0, 0, moved, 0, 0]));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(-1)]
    [InlineData(-8)]
    [InlineData(102)]
    [InlineData(50)]
    public void But_only_as_a_whole(long moved)
    {
        _log.Lose(3, 1, text: 1);
        _log.Lose(3, -10, text: 2);
        _log.Lose(3, 100, text: 3);

        Assert.Equal(1, Oracle.Balances(_log, s_zero, new([0, 0, moved, 0, 0])).Violations);
        Assert.Equal(1, Oracle.Balances(_log, s_zero, new([0, moved, 0, 0, 0])).Violations);
    }

    [Fact]
    public void Refused_connections_explain_nothing()
    {
        _log.Lose(3, 1, text: 1, FailureKind.ConnectionRefused);

        Assert.Equal(1, Oracle.Balances(_log, s_zero, new([0, 0, 1, 0, 0])).Violations);
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
    public void With_very_many_unknown_ones_their_bounds_must_do(int unknown, long moved, long violations)
    {
        for (var text = 0; text < unknown; text++)
        {
            _log.Lose(1, 10, text);
        }

        Assert.Equal(violations, Oracle.Balances(_log, s_zero, new([moved, 0, 0, 0, 0])).Violations);
    }

    [Fact]
    public void The_worst_twenty_unknown_ones_are_still_tried_one_by_one()
    {
        for (var text = 0; text < 20; text++)
        {
            _log.Lose(1, 2 << text, text);
        }

        Assert.Equal(0, Oracle.Balances(_log, s_zero, new([(1 << 21) - 2, 0, 0, 0, 0])).Violations);
        Assert.Equal(1, Oracle.Balances(_log, s_zero, new([(1 << 20) + 1, 0, 0, 0, 0])).Violations);
    }

    private void AssertRight(LedgerState before, LedgerState after)
    {
        var result = Oracle.Balances(_log, before, after);
        Assert.Equal((5, 0), (result.Made, result.Violations));
        Assert.Null(result.Example);
        Assert.Equal("balance = balance before + acknowledged transactions", result.Name);
    }
}
