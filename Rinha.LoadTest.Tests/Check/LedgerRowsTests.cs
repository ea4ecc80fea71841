namespace Rinha.LoadTest.Tests.Check;

/// <summary>The oracle's look into a real ledger: the same findings, wherever it is.</summary>
public abstract class LedgerRowsTests : IDisposable
{
    private const string Once = "every acknowledged transaction is in the ledger exactly once";
    private const string AsSent = "every transaction in the ledger is as it was sent";
    private const string NoneRefused = "no refused transaction is in the ledger";
    private const string NoneUnavailable = "no transaction answered 503 is in the ledger";
    private const string NoOther = "no other transaction is in the ledger";
    private const string Limits = "no balance in the ledger is or ever was under minus the limit";
    private protected const string Newest = "a client's row has its last ten transactions";
    private protected const string Sums = "balance = sum of the client's history";

    private readonly Func<ITestLedger> _make;
    private readonly TransactionLog _log = new();

    /// <param name="make">A ledger of its own.</param>
    private protected LedgerRowsTests(Func<ITestLedger> make)
    {
        _make = make;
        Ledger = make();
        // Somebody else's, from before.
        Ledger.Post(1, 1, "validacao");
        Ledger.Post(2, 77, Answers.TextOf(99));
        foreach (var (clientId, cents, text) in new[] { (1, 500, 1L), (1, -200, 2L), (2, 300, 3L), (5, -400, 4L) })
        {
            Ledger.Post(clientId, cents, Answers.TextOf(text));
            _log.Acknowledge(clientId, cents, text, balanceCents: 0);
        }

        _log.Refuse(3, -9_000, text: 10);
        _log.Lose(4, 600, text: 11);
        _log.Lose(4, -700, text: 12);
        _log.TurnAway(4, 800, text: 13, detail: "nothing was changed");
        _log.TurnAway(4, 900, text: 14, detail: "whether the transaction was posted is not known");
    }

    private protected ITestLedger Ledger { get; }

    private bool KeepsNewest => Ledger.Place.NewestSql is not null;

    [Fact]
    public void A_ledger_of_what_was_acknowledged_is_right()
    {
        AssertViolations();

        Assert.All(Results(), result => Assert.True(result.Made > 0));
        Assert.All(Results(), result => Assert.Null(result.Example));
    }

    [Fact]
    public void The_rows_are_read_by_their_texts()
    {
        var rows = LedgerRows.Read(Ledger.Place);

        Assert.Equal([1, 2, 3, 4, 99], rows.Rows.Keys.Order());
        Assert.Equal(new LedgerRows.Row(1, -200, 1), rows.Rows[2]);
        Assert.Equal(1, rows.Others);
        Assert.Equal(
            [
                Client(1, 100_000, 301) with { Rows = 3, Sequence = 3, SumCents = 301 },
                Client(2, 80_000, 377) with { Rows = 2, Sequence = 2, SumCents = 377 },
                Client(3, 1_000_000, 0),
                Client(4, 10_000_000, 0),
                Client(5, 500_000, -400) with { Rows = 1, Sequence = 1, SumCents = -400, LowestCents = -400 },
            ],
            rows.Clients);
    }

    [Fact]
    public void Unknown_transactions_may_be_there_or_not()
    {
        Ledger.Post(4, 600, Answers.TextOf(11));

        AssertViolations();
    }

    [Fact]
    public void So_may_one_whose_503_does_not_know()
    {
        Ledger.Post(4, 900, Answers.TextOf(14));

        AssertViolations();
    }

    [Fact]
    public void An_unknown_transaction_must_be_there_as_it_was_sent()
    {
        Ledger.Post(4, 601, Answers.TextOf(11));

        AssertViolations(AsSent);
    }

    [Fact]
    public void A_missing_row_is_found()
    {
        Ledger.Execute($"DELETE FROM transacoes WHERE descricao = '{Answers.TextOf(2)}'");

        AssertViolations(Once, Sums, Newest);
        Assert.Equal("client 1: 0 times", Example(Once));
        Assert.Equal("client 1: balance 301, sum 501, 2 rows, 0 out of turn, sequence 3", Example(Sums));
    }

    [Fact]
    public void A_transaction_that_never_arrived_is_found()
    {
        Ledger.Execute($"DELETE FROM transacoes WHERE descricao = '{Answers.TextOf(3)}'");
        Ledger.Execute("UPDATE clientes SET saldo = saldo - 300, ultima_seq = ultima_seq - 1 WHERE id = 2");

        AssertViolations(Once, Newest);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void A_doubled_row_is_found(int clientId)
    {
        Ledger.Post(clientId, 300, Answers.TextOf(3));

        AssertViolations(Once, AsSent);
        Assert.Equal("client 2: 2 times", Example(Once));
    }

    [Theory]
    [InlineData("valor = valor + 1", true)]
    [InlineData("tipo = 'd'", true)]
    [InlineData("cliente_id = 3", true)]
    [InlineData("valor = valor + 1", false)]
    public void An_altered_row_is_found(string change, bool breaksSum)
    {
        Ledger.Execute($"UPDATE transacoes SET {change} WHERE descricao = '{Answers.TextOf(3)}'");
        if (!breaksSum)
        {
            Ledger.Execute("UPDATE clientes SET saldo = saldo + 1 WHERE id = 2");
        }

        AssertViolations(breaksSum ? [AsSent, Sums, Newest] : [AsSent, Newest]);
    }

    [Fact]
    public void An_altered_text_is_a_missing_row()
    {
        Ledger.Execute($"UPDATE transacoes SET descricao = 'x' WHERE descricao = '{Answers.TextOf(3)}'");

        AssertViolations(Once, Newest);
    }

    [Fact]
    public void A_refused_transaction_that_is_there_all_the_same_is_found()
    {
        Ledger.Post(3, -9_000, Answers.TextOf(10));

        AssertViolations(NoneRefused);
        Assert.Equal("client 3: -9000", Example(NoneRefused));
    }

    [Fact]
    public void A_transaction_answered_503_that_is_there_all_the_same_is_found()
    {
        Ledger.Post(4, 800, Answers.TextOf(13));

        AssertViolations(NoneUnavailable);
        Assert.Equal("client 4: 800", Example(NoneUnavailable));
    }

    [Fact]
    public void Unless_another_try_of_it_may_have_been_applied()
    {
        _log.Lose(4, 800, text: 13);
        Ledger.Post(4, 800, Answers.TextOf(13));

        AssertViolations();
    }

    [Theory]
    [InlineData("validacao", "1 with a text that was never sent")]
    [InlineData("0000000001", "client 2: 77")]
    public void In_a_ledger_that_was_empty_any_other_transaction_is_found(string text, string example)
    {
        using var ledger = _make();
        ledger.Post(2, 77, text);

        Assert.Equal(example, One(wasEmpty: true).Example);
        Assert.Equal(1, One(wasEmpty: true).Violations);
        Assert.DoesNotContain(Results(wasEmpty: false), result => result.Name == NoOther);

        CheckResult One(bool wasEmpty) => Results(wasEmpty).Single(result => result.Name == NoOther);

        IReadOnlyList<CheckResult> Results(bool wasEmpty) =>
            Oracle.Rows(new TransactionLog(), LedgerRows.Read(ledger.Place), wasEmpty);
    }

    [Fact]
    public void Neither_refused_nor_503_makes_a_row_one_of_the_run()
    {
        using var ledger = _make();
        ledger.Post(1, 500, Answers.TextOf(1));
        ledger.Post(4, 600, Answers.TextOf(11));
        ledger.Post(3, -9_000, Answers.TextOf(10));
        ledger.Post(4, 800, Answers.TextOf(13));

        var other = Oracle.Rows(_log, LedgerRows.Read(ledger.Place), wasEmpty: true)
            .Single(result => result.Name == NoOther);

        Assert.Equal((5, 2), (other.Made, other.Violations));
    }

    [Fact]
    public void A_balance_under_minus_the_limit_is_found()
    {
        Ledger.DropRules();
        Ledger.Post(3, -1_000_001, "x");

        AssertViolations(Limits);
        Assert.Equal("client 3: balance -1000001, lowest -1000001, limit 1000000", Example(Limits));
    }

    [Fact]
    public void So_is_one_that_once_was()
    {
        Ledger.DropRules();
        Ledger.Post(3, -1_000_001, "x");
        Ledger.Post(3, 1, "x");

        AssertViolations(Limits);
        Assert.Equal("client 3: balance -1000000, lowest -1000001, limit 1000000", Example(Limits));
    }

    [Fact]
    public void A_balance_without_its_history_is_found()
    {
        Ledger.Execute("UPDATE clientes SET saldo = saldo + 1 WHERE id = 4");

        AssertViolations(Sums);
        Assert.Equal("client 4: balance 1, sum 0, 0 rows, 0 out of turn, sequence 0", Example(Sums));
    }

    [Fact]
    public void A_gap_in_the_history_is_found()
    {
        Ledger.Execute("UPDATE clientes SET ultima_seq = ultima_seq + 1 WHERE id = 5");

        AssertViolations(Sums);
    }

    [Theory]
    [InlineData("UPDATE transacoes SET seq = 2 WHERE cliente_id = 1 AND seq = 3", 1)] // twice the same
    [InlineData("UPDATE transacoes SET seq = seq + 1 WHERE cliente_id = 1", 3)] // not from 1
    public void A_sequence_that_does_not_count_the_rows_is_found(string sql, int outOfTurn)
    {
        Ledger.DropRules();
        Ledger.Execute(sql);

        AssertViolations(Sums);
        Assert.Equal(
            $"client 1: balance 301, sum 301, 3 rows, {outOfTurn} out of turn, sequence 3", Example(Sums));
    }

    public void Dispose()
    {
        Ledger.Dispose();
        GC.SuppressFinalize(this);
    }

    private LedgerRows.Client Client(int id, long limitCents, long balanceCents) =>
        new(id, limitCents, balanceCents, 0) { HasNewestRows = KeepsNewest };

    private IReadOnlyList<CheckResult> Results() =>
        Oracle.Rows(_log, LedgerRows.Read(Ledger.Place), wasEmpty: false);

    private protected string? Example(string name) => Results().Single(result => result.Name == name).Example;

    private protected void AssertViolations(params string[] names)
    {
        var results = Results();
        Assert.Equal(
            Looked(Once, AsSent, NoneRefused, NoneUnavailable, Sums, Limits, Newest),
            results.Select(result => result.Name));
        Assert.Equal(Looked(names), results.Where(result => result.Violations > 0).Select(result => result.Name));
    }

    // What is only in a row that has the last ten transactions once more is not looked for elsewhere.
    private IEnumerable<string> Looked(params string[] names) => names.Where(name => KeepsNewest || name != Newest);
}
