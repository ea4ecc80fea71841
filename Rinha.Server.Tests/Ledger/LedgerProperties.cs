using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Rinha.Server.Tests.Ledger;

// Properties of the ledger for any sequence of posts.
public abstract class LedgerProperties<TStorage> : LedgerContract<TStorage>
    where TStorage : LedgerStorage, new()
{
    private readonly ILedger[] _instances;

    public LedgerProperties() => _instances = [Storage.Open(), Storage.Open()];

    [Property(Arbitrary = [typeof(LedgerArbitraries)], MaxTest = 200)]
    public void Two_instances_in_any_order_behave_like_the_model(LedgerStep[] steps)
    {
        _instances[0].Reset();
        var model = new LedgerModel();
        foreach (var step in steps)
        {
            Assert.Equal(model.Post(step), Post(_instances[step.Instance], step));
        }

        foreach (var id in SeedAccounts.LimitsCents.Keys)
        {
            model.AssertEqual(id, _instances[0].Statement(id));
        }

        Storage.AssertBalanced();
    }

    [Property(Arbitrary = [typeof(LedgerArbitraries)], MaxTest = 100)]
    public void Two_concurrent_instances_keep_the_books_balanced(LedgerStep[] steps)
    {
        _instances[0].Reset();
        var accepted = 0;

        ParallelThreads.Run(2, instance =>
        {
            foreach (var step in steps.Where(step => step.Instance == instance))
            {
                var outcome = Post(_instances[instance], step);
                Interlocked.Add(ref accepted, outcome.Result == PostResult.Accepted ? 1 : 0);
                Assert.True(outcome.BalanceCents >= -outcome.LimitCents);
            }
        });

        Storage.AssertBalanced();
        Assert.Equal(accepted, Storage.Query("SELECT count(*) FROM transacoes"));
    }

    [Property(Arbitrary = [typeof(LedgerArbitraries)], MaxTest = 200)]
    public void Any_description_is_read_back_unchanged(Rune[] runes)
    {
        var text = string.Concat(runes.Select(rune => rune.ToString()));

        _instances[0].Credit(1, 1, text);

        Assert.Equal(text, _instances[1].Statement(1).Texts()[0]);
    }

    private static WriteOutcome Post(ILedger ledger, LedgerStep step) =>
        ledger.Post(step.AccountId, step.Kind, step.AmountCents, step.Text);
}

public sealed class SqliteLedgerProperties : LedgerProperties<LedgerOnDisk>;

public sealed class PostgresLedgerProperties : LedgerProperties<LedgerOnPostgres>;

public sealed class CitusLedgerProperties : LedgerProperties<LedgerOnCitus>;

public sealed class SerializablePostgresLedgerProperties : LedgerProperties<LedgerOnSerializablePostgres>;

public sealed record LedgerStep(long AccountId, TransactionKind Kind, long AmountCents, string Text, int Instance);

// The bank's rules in memory: the model that the real ledger is compared with.
internal sealed class LedgerModel
{
    private readonly Dictionary<long, long> _balances = SeedAccounts.LimitsCents.Keys.ToDictionary(id => id, _ => 0L);
    private readonly List<LedgerStep> _accepted = [];

    public WriteOutcome Post(LedgerStep step)
    {
        if (!_balances.TryGetValue(step.AccountId, out var balance))
        {
            return new WriteOutcome(PostResult.UnknownAccount, 0, 0);
        }

        var limit = SeedAccounts.LimitsCents[step.AccountId];
        var after = (Int128)balance + (step.Kind == TransactionKind.Credit ? step.AmountCents : -step.AmountCents);
        if (after < -limit)
        {
            return new WriteOutcome(PostResult.LimitExceeded, 0, 0);
        }

        if (after > long.MaxValue)
        {
            return new WriteOutcome(PostResult.BalanceOverflow, 0, 0);
        }

        _balances[step.AccountId] = (long)after;
        _accepted.Add(step);
        return new WriteOutcome(PostResult.Accepted, (long)after, limit);
    }

    public void AssertEqual(long accountId, Statement statement)
    {
        Assert.Equal(_balances[accountId], statement.BalanceCents);
        Assert.Equal(SeedAccounts.LimitsCents[accountId], statement.LimitCents);
        var expected = _accepted.Where(step => step.AccountId == accountId).Reverse().Take(10).ToList();
        Assert.Equal(expected.Select(step => step.Text), statement.Texts());
        for (var index = 0; index < expected.Count; index++)
        {
            Assert.Equal(expected[index].AmountCents, statement.Entries[index].AmountCents);
            Assert.Equal(expected[index].Kind, statement.Entries[index].Kind);
        }
    }
}

// Random posts and texts, biased towards edge cases.
public static class LedgerArbitraries
{
    private static readonly Gen<long> s_amounts = Gen.OneOf(
        Gen.Choose(1, 10).Select(amount => (long)amount),
        Gen.Choose(1, 100_000).Select(amount => (long)amount),
        Gen.Elements<long>(80_000, 100_000, 500_000, 1_000_000, 10_000_000, Limits.AmountCentsMax));

    private static readonly Gen<Rune> s_runes = Gen.OneOf(
        Gen.Choose(0, 0x7F).Select(value => new Rune(value)),
        Gen.Choose(0x80, 0xD7FF).Select(value => new Rune(value)),
        Gen.Choose(0xE000, 0x10FFFF).Select(value => new Rune(value)),
        Gen.Elements<Rune>([.. "\0\"\\/\b\f\n\r\t\u001f\u007f\u2028\ufeff\uffff".EnumerateRunes()]));

    public static Arbitrary<Rune[]> Texts() => Arb.From(
        from length in Gen.Choose(1, Description.ScalarsMax)
        from runes in s_runes.ArrayOf(length)
        select runes);

    public static Arbitrary<LedgerStep> Steps() => Arb.From(
        from id in Gen.Frequency((9, Gen.Choose(1, 5)), (1, Gen.Elements(-1, 0, 6)))
        from kind in Gen.Elements(TransactionKind.Credit, TransactionKind.Debit, TransactionKind.Debit)
        from amount in s_amounts
        from text in Gen.Choose(0, 999)
        from instance in Gen.Choose(0, 1)
        select new LedgerStep(id, kind, amount, $"text {text}", instance));
}
