using FsCheck.Xunit;

namespace Rinha.Server.Tests.Ledger;

/// <summary>What must hold for any sequence of posts, not only for those somebody thought of.</summary>
public abstract class LedgerProperties<TPlace> : LedgerContract<TPlace>
    where TPlace : ILedgerPlace, new()
{
    private readonly ILedger[] _instances;

    public LedgerProperties() => _instances = [Place.Open(), Place.Open()];

    [Property(Arbitrary = [typeof(LedgerArbitraries)], MaxTest = 200)]
    public void One_instance_does_what_the_model_does(LedgerStep[] steps) => Compare(steps, _ => 0);

    [Property(Arbitrary = [typeof(LedgerArbitraries)], MaxTest = 200)]
    public void Two_instances_in_any_order_do_what_one_model_does(LedgerStep[] steps) =>
        Compare(steps, step => step.Instance);

    [Property(Arbitrary = [typeof(LedgerArbitraries)], MaxTest = 100)]
    public void Two_instances_at_once_keep_the_books(LedgerStep[] steps)
    {
        _instances[0].Reset();
        var accepted = 0;

        Together.Run(2, instance =>
        {
            foreach (var step in steps.Where(step => step.Instance == instance))
            {
                var outcome = Post(_instances[instance], step);
                Interlocked.Add(ref accepted, outcome.Result == PostResult.Accepted ? 1 : 0);
                Assert.True(outcome.BalanceCents >= -outcome.LimitCents);
            }
        });

        Place.AssertBalanced();
        Assert.Equal(accepted, Place.Query("SELECT count(*) FROM transacoes"));
    }

    [Property(Arbitrary = [typeof(LedgerArbitraries)], MaxTest = 200)]
    public void Any_description_comes_back_as_it_was(Rune[] runes)
    {
        var text = string.Concat(runes.Select(rune => rune.ToString()));

        _instances[0].Credit(1, 1, text);

        Assert.Equal(text, _instances[1].Statement(1).Texts()[0]);
    }

    private static PostOutcome Post(ILedger ledger, LedgerStep step) =>
        ledger.Post(step.AccountId, step.Kind, step.AmountCents, step.Text);

    private void Compare(LedgerStep[] steps, Func<LedgerStep, int> instanceOf)
    {
        _instances[0].Reset();
        var model = new LedgerModel();
        foreach (var step in steps)
        {
            Assert.Equal(model.Post(step), Post(_instances[instanceOf(step)], step));
        }

        foreach (var id in SeedAccounts.LimitsCents.Keys)
        {
            model.AssertEqual(id, _instances[0].Statement(id));
        }

        Place.AssertBalanced();
    }
}

public sealed class SqliteLedgerProperties : LedgerProperties<LedgerOnDisk>;

public sealed class PostgresLedgerProperties : LedgerProperties<LedgerOnPostgres>;

public sealed class SerializablePostgresLedgerProperties : LedgerProperties<LedgerOnSerializablePostgres>;
