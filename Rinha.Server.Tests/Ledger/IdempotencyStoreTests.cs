namespace Rinha.Server.Tests.Ledger;

public abstract class IdempotencyStoreTests<TStorage> : LedgerContract<TStorage>
    where TStorage : LedgerStorage, new()
{
    [Fact]
    public void The_same_key_gets_the_first_answer_and_is_applied_once()
    {
        var first = Credit("key");
        Ledger.Credit(1, 5);

        Assert.Equal(new WriteOutcome(PostResult.Accepted, 100, 100_000, Sequence: 1), first);
        Assert.Equal(first with { IsReplay = true }, Credit("key"));
        Assert.Equal(105, Ledger.Statement(1).BalanceCents);
        Assert.Equal(2, Storage.Query("SELECT count(*) FROM transacoes"));
        Storage.AssertBalanced();
    }

    [Fact]
    public void An_overflow_is_kept_as_the_answer_of_its_key()
    {
        _ = Ledger;
        Storage.Execute("UPDATE clientes SET saldo = 9223372036854775807 WHERE id = 1");

        Assert.Equal(PostResult.BalanceOverflow, Credit("key").Result);
        Storage.Execute("UPDATE clientes SET saldo = 0");
        Assert.Equal(new WriteOutcome(PostResult.BalanceOverflow, IsReplay: true), Credit("key"));
    }

    [Fact]
    public void A_key_that_an_older_version_kept_has_no_sequence()
    {
        var first = Credit("key");
        Storage.Execute("UPDATE chaves SET seq = NULL");

        Assert.Equal(first with { Sequence = 0, IsReplay = true }, Credit("key"));
    }

    [Theory]
    [InlineData(TransactionKind.Debit, 100, "text")]
    [InlineData(TransactionKind.Credit, 101, "text")]
    [InlineData(TransactionKind.Credit, 100, "texu")]
    [InlineData(TransactionKind.Credit, 100, "text\0")]
    [InlineData(TransactionKind.Credit, 100, "Text")]
    public void A_key_reused_for_another_transaction_is_refused(TransactionKind kind, long cents, string text)
    {
        Credit("key");

        Assert.Equal(PostResult.KeyReused, Ledger.Post(1, kind, cents, text, "key").Result);
        Assert.Equal(100, Ledger.Statement(1).BalanceCents);
        Assert.Equal(1, Storage.Query("SELECT count(*) FROM transacoes"));
    }

    [Fact]
    public void Each_account_has_its_own_keys()
    {
        var first = Credit("key");
        var refused = Ledger.Post(2, TransactionKind.Debit, 80_001, "text", "key");
        var third = Ledger.Post(3, TransactionKind.Credit, 100, "text", "key");

        Assert.Equal(new WriteOutcome(PostResult.LimitExceeded), refused);
        Assert.Equal(new WriteOutcome(PostResult.Accepted, 100, 1_000_000, Sequence: 1), third);
        Assert.Equal(first with { IsReplay = true }, Credit("key"));
        Assert.Equal(
            refused with { IsReplay = true }, Ledger.Post(2, TransactionKind.Debit, 80_001, "text", "key"));
        Assert.Equal(third with { IsReplay = true }, Ledger.Post(3, TransactionKind.Credit, 100, "text", "key"));
        Assert.Equal(PostResult.KeyReused, Ledger.Post(3, TransactionKind.Credit, 101, "text", "key").Result);
        Assert.Equal(PostResult.UnknownAccount, Ledger.Post(6, TransactionKind.Credit, 100, "text", "key").Result);
        Assert.Equal(3, Keys());
    }

    [Fact]
    public void Keys_are_compared_exactly_and_case_sensitively()
    {
        string[] keys = ["key", "kex", "Key", "key1", "ke", new('k', 64), new('k', 63)];
        foreach (var key in keys)
        {
            Credit(key);
        }

        Assert.Equal(100 * keys.Length, Ledger.Statement(1).BalanceCents);
    }

    [Fact]
    public void A_key_for_an_unknown_account_is_not_kept()
    {
        Assert.Equal(PostResult.UnknownAccount, Ledger.Post(6, TransactionKind.Credit, 1, "text", "key").Result);

        Assert.Equal(0, Keys());
        Assert.Equal(PostResult.Accepted, Credit("key").Result);
    }

    [Fact]
    public void Other_and_later_instances_know_the_key()
    {
        var first = Credit("key");
        var other = Storage.Open();
        Assert.Equal(first with { IsReplay = true }, other.Post(1, TransactionKind.Credit, 100, "text", "key"));

        Storage.Close();
        Assert.Equal(first with { IsReplay = true }, Credit("key"));
        Assert.Equal(1, Storage.Query("SELECT count(*) FROM transacoes"));
    }

    [Fact]
    public async Task Concurrent_posts_with_one_key_through_two_instances_are_applied_once()
    {
        ILedger[] instances = [Storage.Open(), Storage.Open()];
        for (var round = 0; round < 20; round++)
        {
            var outcomes = await Task.WhenAll(Enumerable.Range(0, 32).Select(number =>
                instances[number % 2].PostAsync(1, TransactionKind.Credit, 100, "text", $"key{round}")));
            var first = new WriteOutcome(PostResult.Accepted, 100 * (round + 1), 100_000, round + 1);
            Assert.Equal(first, Assert.Single(outcomes, outcome => !outcome.IsReplay));
            Assert.All(outcomes, outcome => Assert.Equal(first, outcome with { IsReplay = false }));
        }

        Assert.Equal(20, Storage.Query("SELECT count(*) FROM transacoes"));
    }

    [Fact]
    public void A_reset_forgets_the_keys()
    {
        Credit("key");
        Assert.Equal(PostResult.Accepted, Ledger.Reset());

        Assert.Equal(0, Keys());
        Assert.Equal(new WriteOutcome(PostResult.Accepted, 100, 100_000, Sequence: 1), Credit("key"));
    }

    private WriteOutcome Credit(string key) => Ledger.Post(1, TransactionKind.Credit, 100, "text", key);

    private long Keys() => Storage.Query("SELECT count(*) FROM chaves");
}

public sealed class SqliteIdempotencyStoreTests : IdempotencyStoreTests<LedgerOnDisk>;

public sealed class PostgresIdempotencyStoreTests : IdempotencyStoreTests<LedgerOnPostgres>;

public sealed class CitusIdempotencyStoreTests : IdempotencyStoreTests<LedgerOnCitus>;

public sealed class SerializablePostgresIdempotencyStoreTests : IdempotencyStoreTests<LedgerOnSerializablePostgres>;
