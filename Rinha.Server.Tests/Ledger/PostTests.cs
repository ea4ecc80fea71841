using Rinha.Server.Postgres;
using Rinha.Server.Telemetry;

namespace Rinha.Server.Tests.Ledger;

public abstract class PostTests<TPlace> : LedgerContract<TPlace>
    where TPlace : LedgerPlace, new()
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

        Assert.Equal(5, Place.Query("SELECT count(*) FROM clientes"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(6)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void An_unknown_account_takes_no_post_and_has_no_statement(long id)
    {
        Assert.Equal(PostResult.UnknownAccount, Ledger.Credit(id, 1).Result);
        Assert.Equal(PostResult.UnknownAccount, Ledger.Debit(id, 1).Result);
        Assert.Equal(LookupResult.UnknownAccount, Ledger.FindAccount(id));
        Assert.Equal(LookupResult.UnknownAccount, Ledger.ReadStatement(id, new Statement()));
        Assert.Equal(LookupResult.UnknownAccount, Ledger.ReadHistory(id, LedgerExtensions.Wanted(long.MaxValue, 1)));
        Assert.Equal(0, Place.Query("SELECT count(*) FROM transacoes"));
        Assert.Equal(5, Place.Query("SELECT count(*) FROM clientes"));
    }

    [Fact]
    public void A_credit_fills_64_bits_to_the_last_cent_and_not_one_more()
    {
        _ = Ledger;
        Place.Execute($"UPDATE clientes SET saldo = {long.MaxValue - 10} WHERE id = 1");

        Assert.Equal(PostResult.BalanceOverflow, Ledger.Credit(1, 11).Result);
        Assert.Equal(PostResult.BalanceOverflow, Ledger.Credit(1, Limits.AmountCentsMax).Result);
        Assert.Equal(new WriteOutcome(PostResult.Accepted, long.MaxValue, 100_000), Ledger.Credit(1, 10));
        Assert.Equal(PostResult.BalanceOverflow, Ledger.Credit(1, 1).Result);

        Assert.Equal(long.MaxValue, Ledger.Statement(1).BalanceCents);
        Assert.Equal(1, Place.Query("SELECT count(*) FROM transacoes"));
        Assert.Equal(PostResult.Accepted, Ledger.Debit(1, Limits.AmountCentsMax).Result);
    }

    // The letter, the SQL and the sign of a kind, in the ledger, in its schema and in what checks it.
    [Fact]
    public void Every_kind_is_posted_found_again_and_added_up()
    {
        foreach (var kind in Enum.GetValues<TransactionKind>())
        {
            var balance = Ledger.Statement(1).BalanceCents + kind.ChangeCents(10);
            var outcome = Ledger.Post(1, kind, 10, "text", $"key-{kind}");

            Assert.Equal(new WriteOutcome(PostResult.Accepted, balance, 100_000), outcome);
            Assert.Equal(outcome, Ledger.Post(1, kind, 10, "text", $"key-{kind}"));
            Assert.Equal(kind, Ledger.Statement(1).Entries[0].Kind);
            Assert.Equal(kind, Ledger.Page(1, long.MaxValue, 1).Entries[0].Transaction.Kind);
        }

        Place.AssertBalanced();
    }

    [Fact]
    public void Every_type_of_write_is_applied_as_what_it_is_and_no_other_type_is()
    {
        Ledger.Credit(1, 10);
        foreach (var type in typeof(PendingWrite).Assembly.GetTypes().Where(one => one.IsSubclassOf(typeof(PendingWrite))))
        {
            var result = Apply((PendingWrite)Activator.CreateInstance(type)!);
            Assert.Equal(type == typeof(PendingReset) ? PostResult.Accepted : PostResult.UnknownAccount, result);
        }

        Place.Execute("UPDATE clientes SET saldo = 10 WHERE id = 1");
        Assert.Throws<UnreachableException>(() => Apply(new UnknownWrite()));
        Assert.Equal(10, Ledger.Statement(1).BalanceCents);
    }

    [Fact]
    public void Refused_are_an_unknown_account_the_limit_and_an_overflow_and_nothing_else()
    {
        using var metrics = new MetricSet();
        (Ledger as SqliteLedger)?.AddTo(metrics);
        (Ledger as PostgresLedger)?.AddTo(metrics);
        Place.Execute($"UPDATE clientes SET saldo = {long.MaxValue} WHERE id = 2");

        Ledger.Credit(6, 1);
        Ledger.Post(6, TransactionKind.Debit, 1, "text", "key");
        Ledger.Debit(1, 100_001);
        Ledger.Credit(2, 1);
        for (var times = 0; times < 2; times++)
        {
            Ledger.Post(1, TransactionKind.Debit, 100_001, "text", "refused");
            Ledger.Post(1, TransactionKind.Credit, 1, "text", "accepted");
        }

        Assert.Equal(PostResult.KeyReused, Ledger.Post(1, TransactionKind.Credit, 2, "text", "accepted").Result);
        Ledger.Reset();

        var counted = MetricsText.Parse(Encoding.UTF8.GetString(metrics.ToPrometheus()));
        Assert.Equal(5, counted["""rinha_ledger_transactions_total{result="refused"}"""]);
        Assert.Equal(1, counted["""rinha_ledger_transactions_total{result="committed"}"""]);
    }

    [Fact]
    public void The_database_itself_refuses_a_balance_below_the_limit()
    {
        _ = Ledger;

        Assert.True(Place.Refuses("UPDATE clientes SET saldo = -100001 WHERE id = 1"));
        Assert.False(Place.Refuses("UPDATE clientes SET saldo = -100000 WHERE id = 1"));
    }

    [Theory]
    [InlineData("1, 0, 1, 'c', 'x', 0")]
    [InlineData("1, 1, 0, 'c', 'x', 0")]
    [InlineData("1, 1, 1, 'x', 'x', 0")]
    [InlineData("1, 1, 1, 'c', '', 0")]
    [InlineData("1, 1, 1, 'c', 'x', NULL")]
    public void The_database_itself_refuses_what_is_no_transaction(string values)
    {
        _ = Ledger;

        Assert.True(Place.Refuses(Insert(values)));
        Assert.False(Place.Refuses(Insert("1, 1, 1, 'c', 'x', 0")));
    }

    protected abstract PostResult Apply(PendingWrite write);

    private static string Insert(string values) =>
        $"INSERT INTO transacoes (cliente_id, seq, valor, tipo, descricao, realizada_em) VALUES ({values})";
}

public sealed class SqlitePostTests : PostTests<LedgerOnDisk>
{
    // Rolled back.
    protected override PostResult Apply(PendingWrite write)
    {
        using var transaction = new WriteTransaction(LedgerFile.Open(Place.FilePath, Synchronous.Normal));
        Assert.Equal(BeginResult.Begun, transaction.Begin(waits: true));
        return transaction.Apply(write).Result;
    }
}

public sealed class PostgresPostTests : PostTests<LedgerOnPostgres>
{
    protected override PostResult Apply(PendingWrite write)
    {
        using var connection = Place.Beside.OpenConnection();
        using var batch = new PostgresBatch();
        var outcomes = new WriteOutcome[1];
        batch.Run(connection, [write], outcomes, mayKeepKeys: true);
        return outcomes[0].Result;
    }
}

internal sealed class UnknownWrite : PendingWrite;
