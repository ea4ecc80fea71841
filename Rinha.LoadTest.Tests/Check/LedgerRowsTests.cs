using Microsoft.Data.Sqlite;
using Rinha.LoadTest.Check;
using Rinha.LoadTest.Stats;
using Rinha.LoadTest.Tests.Fixtures;

namespace Rinha.LoadTest.Tests.Check;

/// <summary>The oracle's look into a real database file.</summary>
public sealed class LedgerRowsTests : IDisposable
{
    private const string Once = "every acknowledged transaction is in the ledger exactly once";
    private const string AsSent = "every transaction in the ledger is as it was sent";
    private const string NoneRefused = "no refused transaction is in the ledger";
    private const string Sums = "balance = sum of the client's history";

    private readonly LedgerFile _file = new();
    private readonly TransactionLog _log = new();

    public LedgerRowsTests()
    {
        // Somebody else's, from before.
        _file.Post(1, 1, "validacao");
        _file.Post(2, 77, Answers.TextOf(99));
        foreach (var (clientId, cents, text) in new[] { (1, 500, 1L), (1, -200, 2L), (2, 300, 3L), (5, -400, 4L) })
        {
            _file.Post(clientId, cents, Answers.TextOf(text));
            _log.Acknowledge(clientId, cents, text, balanceCents: 0);
        }

        _log.Refuse(3, -9_000, text: 10);
        _log.Lose(4, 600, text: 11);
        _log.Lose(4, -700, text: 12);
    }

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
        var rows = LedgerRows.Read(_file.Path);

        Assert.Equal([1, 2, 3, 4, 99], rows.Rows.Keys.Order());
        Assert.Equal(new LedgerRows.Row(1, -200, 1), rows.Rows[2]);
        Assert.Equal(
            [
                new LedgerRows.Client(1, 301, 3, 3, 301, 0),
                new LedgerRows.Client(2, 377, 2, 2, 377, 0),
                new LedgerRows.Client(3, 0, 0, 0, 0, 0),
                new LedgerRows.Client(4, 0, 0, 0, 0, 0),
                new LedgerRows.Client(5, -400, 1, 1, -400, 0),
            ],
            rows.Clients);
    }

    [Fact]
    public void Unknown_transactions_may_be_there_or_not()
    {
        _file.Post(4, 600, Answers.TextOf(11));

        AssertViolations();
    }

    [Fact]
    public void An_unknown_transaction_must_be_there_as_it_was_sent()
    {
        _file.Post(4, 601, Answers.TextOf(11));

        AssertViolations(AsSent);
    }

    [Fact]
    public void A_missing_row_is_found()
    {
        _file.Execute($"DELETE FROM transacoes WHERE descricao = '{Answers.TextOf(2)}'");

        AssertViolations(Once, Sums);
        Assert.Equal("client 1: 0 times", Example(Once));
        Assert.Equal("client 1: balance 301, sum 501, 2 rows, 0 out of turn, sequence 3", Example(Sums));
    }

    [Fact]
    public void A_transaction_that_never_arrived_is_found()
    {
        _file.Execute($"DELETE FROM transacoes WHERE descricao = '{Answers.TextOf(3)}'");
        _file.Execute("UPDATE clientes SET saldo = saldo - 300, ultima_seq = ultima_seq - 1 WHERE id = 2");

        AssertViolations(Once);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void A_doubled_row_is_found(int clientId)
    {
        _file.Post(clientId, 300, Answers.TextOf(3));

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
        _file.Execute($"UPDATE transacoes SET {change} WHERE descricao = '{Answers.TextOf(3)}'");
        if (!breaksSum)
        {
            _file.Execute("UPDATE clientes SET saldo = saldo + 1 WHERE id = 2");
        }

        AssertViolations(breaksSum ? [AsSent, Sums] : [AsSent]);
    }

    [Fact]
    public void An_altered_text_is_a_missing_row()
    {
        _file.Execute($"UPDATE transacoes SET descricao = 'x' WHERE descricao = '{Answers.TextOf(3)}'");

        AssertViolations(Once);
    }

    [Fact]
    public void A_refused_transaction_that_is_there_all_the_same_is_found()
    {
        _file.Post(3, -9_000, Answers.TextOf(10));

        AssertViolations(NoneRefused);
        Assert.Equal("client 3: -9000", Example(NoneRefused));
    }

    [Fact]
    public void A_balance_without_its_history_is_found()
    {
        _file.Execute("UPDATE clientes SET saldo = saldo + 1 WHERE id = 4");

        AssertViolations(Sums);
        Assert.Equal("client 4: balance 1, sum 0, 0 rows, 0 out of turn, sequence 0", Example(Sums));
    }

    [Fact]
    public void A_gap_in_the_history_is_found()
    {
        _file.Execute("UPDATE clientes SET ultima_seq = ultima_seq + 1 WHERE id = 5");

        AssertViolations(Sums);
    }

    [Theory]
    [InlineData("UPDATE transacoes SET seq = 2 WHERE cliente_id = 1 AND seq = 3", 1)] // twice the same
    [InlineData("UPDATE transacoes SET seq = 4 - seq WHERE cliente_id = 1", 2)] // the wrong order
    [InlineData("UPDATE transacoes SET seq = seq + 1 WHERE cliente_id = 1", 3)] // not from 1
    public void A_sequence_that_does_not_count_the_rows_is_found(string sql, int outOfTurn)
    {
        _file.Execute(sql);

        AssertViolations(Sums);
        Assert.Equal(
            $"client 1: balance 301, sum 301, 3 rows, {outOfTurn} out of turn, sequence 3", Example(Sums));
    }

    [Fact]
    public void A_file_that_is_no_ledger_cannot_be_read()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory.File("text"), "something else, long enough to look like a file of SQLite");

        Assert.Throws<SqliteException>(() => LedgerRows.Read(directory.File("text")));
        Assert.Throws<SqliteException>(() => LedgerRows.Read(directory.File("missing")));
        Assert.False(File.Exists(directory.File("missing")));
    }

    public void Dispose() => _file.Dispose();

    private IReadOnlyList<CheckResult> Results() => Oracle.Rows(_log, LedgerRows.Read(_file.Path));

    private string? Example(string name) => Results().Single(result => result.Name == name).Example;

    private void AssertViolations(params string[] names)
    {
        var results = Results();
        Assert.Equal([Once, AsSent, NoneRefused, Sums], results.Select(result => result.Name));
        Assert.Equal(names, results.Where(result => result.Violations > 0).Select(result => result.Name));
    }
}
