using Rinha.Server.Postgres;
using Rinha.Server.Telemetry;

namespace Rinha.Server.Tests.Ledger;

public abstract class PostTests<TStorage> : LedgerContract<TStorage>
    where TStorage : LedgerStorage, new()
{
    [Fact]
    public void A_new_ledger_has_the_five_accounts_at_zero_and_no_other_and_each_has_its_own_limit()
    {
        foreach (var (id, limit) in SeedAccounts.LimitsCents)
        {
            var statement = Ledger.Statement(id);
            Assert.Equal((0, limit), (statement.BalanceCents, statement.LimitCents));
            Assert.True(statement.Entries.IsEmpty);

            Assert.Equal(PostResult.LimitExceeded, Ledger.Debit(id, limit + 1).Result);
            Assert.Equal(new WriteOutcome(PostResult.Accepted, 1 - limit, limit), Ledger.Debit(id, limit - 1));
            Assert.Equal(PostResult.LimitExceeded, Ledger.Debit(id, 2).Result);
            Assert.Equal(new WriteOutcome(PostResult.Accepted, -limit, limit), Ledger.Debit(id, 1));
            Assert.Equal(PostResult.LimitExceeded, Ledger.Debit(id, Limits.AmountCentsMax).Result);
            Assert.Equal(-limit, Ledger.Statement(id).BalanceCents);
        }

        Assert.Equal(5, Storage.Query("SELECT count(*) FROM clientes"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(6)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void An_unknown_account_accepts_no_post_and_has_no_statement(long id)
    {
        Assert.Equal(PostResult.UnknownAccount, Ledger.Credit(id, 1).Result);
        Assert.Equal(PostResult.UnknownAccount, Ledger.Debit(id, 1).Result);
        Assert.Equal(LookupResult.UnknownAccount, Ledger.FindAccount(id));
        Assert.Equal(LookupResult.UnknownAccount, Ledger.ReadStatement(id, new Statement()));
        Assert.Equal(LookupResult.UnknownAccount, Ledger.ReadHistory(id, LedgerExtensions.NewPage(long.MaxValue, 1)));
        Assert.Equal(0, Storage.Query("SELECT count(*) FROM transacoes"));
        Assert.Equal(5, Storage.Query("SELECT count(*) FROM clientes"));
    }

    [Fact]
    public void A_credit_fills_64_bits_to_the_last_cent_and_not_one_more()
    {
        _ = Ledger;
        Storage.Execute($"UPDATE clientes SET saldo = {long.MaxValue - 10} WHERE id = 1");

        Assert.Equal(PostResult.BalanceOverflow, Ledger.Credit(1, 11).Result);
        Assert.Equal(PostResult.BalanceOverflow, Ledger.Credit(1, Limits.AmountCentsMax).Result);
        Assert.Equal(new WriteOutcome(PostResult.Accepted, long.MaxValue, 100_000), Ledger.Credit(1, 10));
        Assert.Equal(PostResult.BalanceOverflow, Ledger.Credit(1, 1).Result);

        Assert.Equal(long.MaxValue, Ledger.Statement(1).BalanceCents);
        Assert.Equal(1, Storage.Query("SELECT count(*) FROM transacoes"));
        Assert.Equal(PostResult.Accepted, Ledger.Debit(1, Limits.AmountCentsMax).Result);
    }

    // The letter, the SQL and the sign of a kind, in the ledger, its schema and the tests' check.
    [Fact]
    public void Every_kind_is_posted_found_again_and_added_up()
    {
        foreach (var kind in Enum.GetValues<TransactionKind>())
        {
            var balance = Ledger.Statement(1).BalanceCents + kind.ChangeCents(10);
            var outcome = Ledger.Post(1, kind, 10, "text", $"key-{kind}");

            Assert.Equal(
                (PostResult.Accepted, balance, 100_000), (outcome.Result, outcome.BalanceCents, outcome.LimitCents));
            Assert.Equal(outcome with { IsReplay = true }, Ledger.Post(1, kind, 10, "text", $"key-{kind}"));
            Assert.Equal(kind, Ledger.Statement(1).Entries[0].Kind);
            Assert.Equal(kind, Ledger.Page(1, long.MaxValue, 1).Entries[0].Transaction.Kind);
        }

        Storage.AssertBalanced();
    }

    [Fact]
    public void Only_an_unknown_account_the_limit_and_an_overflow_cause_a_refusal()
    {
        using var metrics = new MetricSet();
        (Ledger as SqliteLedger)?.AddTo(metrics);
        (Ledger as PostgresLedger)?.AddTo(metrics);
        Storage.Execute($"UPDATE clientes SET saldo = {long.MaxValue} WHERE id = 2");
        foreach (var key in new[] { null, "key", "key" })
        {
            Ledger.Post(6, TransactionKind.Credit, 1, "text", key);
            Ledger.Post(1, TransactionKind.Debit, 100_001, "text", key + "1");
            Ledger.Post(2, TransactionKind.Credit, 1, "text", key + "2");
            Ledger.Post(3, TransactionKind.Credit, 1, "text", key + "3");
            Ledger.Post(3, TransactionKind.Credit, 2, "text", key + "3"); // The key of another transaction.
        }

        Ledger.Reset();

        var counted = MetricsText.Parse(Encoding.UTF8.GetString(metrics.ToPrometheus()));
        Assert.Equal(3 + 2 + 2, counted["""rinha_ledger_transactions_total{result="refused"}"""]);
        Assert.Equal(2, counted["""rinha_ledger_transactions_total{result="committed"}"""]);
    }

    [Fact]
    public void The_database_itself_refuses_a_balance_below_the_limit()
    {
        _ = Ledger;

        Assert.True(Storage.Refuses("UPDATE clientes SET saldo = -100001 WHERE id = 1"));
        Assert.False(Storage.Refuses("UPDATE clientes SET saldo = -100000 WHERE id = 1"));
    }

    [Theory]
    [InlineData("1, 0, 1, 'c', 'x', 0")]
    [InlineData("1, 1, 0, 'c', 'x', 0")]
    [InlineData("1, 1, 1, 'x', 'x', 0")]
    [InlineData("1, 1, 1, 'c', '', 0")]
    [InlineData("1, 1, 1, 'c', 'x', NULL")]
    public void The_database_itself_refuses_an_invalid_transaction(string values)
    {
        _ = Ledger;

        Assert.True(Storage.Refuses(Insert(values)));
        Assert.False(Storage.Refuses(Insert("1, 1, 1, 'c', 'x', 0")));
    }

    private static string Insert(string values) =>
        $"INSERT INTO transacoes (cliente_id, seq, valor, tipo, descricao, realizada_em) VALUES ({values})";
}

public sealed class SqlitePostTests : PostTests<LedgerOnDisk>;

public sealed class PostgresPostTests : PostTests<LedgerOnPostgres>;

public sealed class CitusPostTests : PostTests<LedgerOnCitus>;
