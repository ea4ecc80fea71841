using System.Data.Common;
using Rinha.LoadTest.Check;
using Rinha.LoadTest.Stats;
using Rinha.LoadTest.Tests.Fixtures;

namespace Rinha.LoadTest.Tests.Check;

/// <summary>The oracle's look into a real PostgreSQL database: the same oracle, the same findings.</summary>
public sealed class PostgresRowsTests : IDisposable
{
    private const string Once = "every acknowledged transaction is in the ledger exactly once";
    private const string AsSent = "every transaction in the ledger is as it was sent";
    private const string NoneRefused = "no refused transaction is in the ledger";
    private const string NoneUnavailable = "no transaction answered 503 is in the ledger";
    private const string NoOther = "no other transaction is in the ledger";
    private const string Limits = "no balance in the ledger is or ever was under minus the limit";
    private const string Sums = "balance = sum of the client's history";

    private readonly LedgerDatabase _database = new();
    private readonly TransactionLog _log = new();

    public PostgresRowsTests()
    {
        foreach (var (clientId, cents, text) in new[] { (1, 500, 1L), (1, -200, 2L), (2, 300, 3L), (5, -400, 4L) })
        {
            _database.Post(clientId, cents, Answers.TextOf(text));
            _log.Acknowledge(clientId, cents, text, balanceCents: 0);
        }

        _log.Refuse(3, -9_000, text: 10);
        _log.TurnAway(4, 600, text: 11, detail: "whether the transaction was posted is not known");
        _log.TurnAway(4, 800, text: 13, detail: "nothing was changed");
    }

    [Fact]
    public void A_ledger_of_what_was_acknowledged_is_right()
    {
        AssertViolations();

        Assert.All(Results(), result => Assert.True(result.Made > 0));
    }

    [Fact]
    public void The_same_transactions_are_read_from_a_database_and_from_a_file()
    {
        using var file = new LedgerFile();
        _database.Post(3, -5, "ção \u0001 €");
        foreach (var (clientId, cents, text) in new[]
            { (5, -400, Answers.TextOf(4)), (1, 500, Answers.TextOf(1)), (2, 300, Answers.TextOf(3)),
              (1, -200, Answers.TextOf(2)), (3, -5, "ção \u0001 €") })
        {
            file.Post(clientId, cents, text);
        }

        var (here, there) = (LedgerRows.Read(_database.Place), LedgerRows.Read(file.Place));

        Assert.Equal(there.Rows.OrderBy(row => row.Key), here.Rows.OrderBy(row => row.Key));
        Assert.Equal((1, 1), (here.Others, there.Others));
        Assert.Equal(there.Clients.Select(client => client with { HasNewestRows = false }), here.Clients);
        Assert.Equal((false, true), (here.KeepsNewest, there.KeepsNewest));
    }

    [Fact]
    public void A_503_that_does_not_know_allows_the_row()
    {
        _database.Post(4, 600, Answers.TextOf(11));

        AssertViolations();
    }

    [Fact]
    public void One_that_says_that_nothing_was_changed_does_not()
    {
        _database.Post(4, 800, Answers.TextOf(13));

        AssertViolations(NoneUnavailable, NoOther);
    }

    [Fact]
    public void A_refused_transaction_that_is_there_all_the_same_is_found()
    {
        _database.Post(3, -9_000, Answers.TextOf(10));

        AssertViolations(NoneRefused, NoOther);
    }

    [Fact]
    public void A_missing_row_is_found()
    {
        _database.Execute("DELETE FROM transacoes WHERE cliente_id = 1 AND seq = 1");

        AssertViolations(Once, Sums);
        Assert.Equal(
            "client 1: balance 300, sum -200, 1 rows, 1 out of turn, sequence 2",
            Results().Single(result => result.Name == Sums).Example);
    }

    [Fact]
    public void A_balance_that_once_was_under_minus_the_limit_is_found()
    {
        _database.Execute("ALTER TABLE clientes DROP CONSTRAINT clientes_check");
        _database.Post(3, -1_000_001, Answers.TextOf(20));
        _database.Post(3, 1, Answers.TextOf(21));
        _log.Acknowledge(3, -1_000_001, text: 20, balanceCents: 0);
        _log.Acknowledge(3, 1, text: 21, balanceCents: 0);

        AssertViolations(Limits);
    }

    [Fact]
    public void A_doubled_row_is_found()
    {
        _database.Post(2, 300, Answers.TextOf(3));

        AssertViolations(Once, AsSent);
    }

    [Theory]
    [InlineData("UPDATE transacoes SET valor = valor + 1 WHERE cliente_id = 2", AsSent, Sums)]
    [InlineData("UPDATE transacoes SET descricao = 'x' WHERE cliente_id = 2", Once, NoOther)]
    [InlineData("UPDATE transacoes SET seq = seq + 1 WHERE cliente_id = 2", Sums)]
    [InlineData("UPDATE clientes SET saldo = saldo + 1 WHERE id = 4", Sums)]
    [InlineData("UPDATE clientes SET ultima_seq = ultima_seq + 1 WHERE id = 5", Sums)]
    public void Whatever_was_altered_is_found(string sql, params string[] names)
    {
        _database.Execute(sql);

        AssertViolations(names);
    }

    [Fact]
    public void A_database_without_the_tables_cannot_be_read()
    {
        _database.Execute("DROP TABLE transacoes");

        Assert.ThrowsAny<DbException>(() => LedgerRows.Read(_database.Place));
    }

    public void Dispose() => _database.Dispose();

    private IReadOnlyList<CheckResult> Results() =>
        Oracle.Rows(_log, LedgerRows.Read(_database.Place), wasEmpty: true);

    private void AssertViolations(params string[] names)
    {
        var results = Results();
        Assert.Equal(
            [Once, AsSent, NoneRefused, NoneUnavailable, NoOther, Sums, Limits], results.Select(result => result.Name));
        Assert.Equal(names, results.Where(result => result.Violations > 0).Select(result => result.Name));
    }
}
