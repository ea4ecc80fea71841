namespace Rinha.Server.Tests.Ledger;

public abstract class TwoInstancesTests<TStorage> : LedgerContract<TStorage>
    where TStorage : LedgerStorage, new()
{
    private readonly ILedger[] _instances;

    protected TwoInstancesTests() => _instances = [Storage.Open(), Storage.Open()];

    [Theory]
    [InlineData(1, 1000, 20, 13)] // 100,000 / 1000 = 100 of 260
    [InlineData(2, 777, 20, 13)] // 80,000 / 777 = 102 of 260
    [InlineData(5, 499_999, 8, 4)] // 1 of 32
    public void Parallel_debits_reach_the_limit_and_never_pass_it(long id, long amount, int threads, int each)
    {
        var limit = SeedAccounts.LimitsCents[id];
        var accepted = 0;

        ParallelThreads.Run(threads, thread =>
        {
            for (var count = 0; count < each; count++)
            {
                var outcome = _instances[(thread + count) % 2].Debit(id, amount);
                Assert.True(outcome.Result is PostResult.Accepted or PostResult.LimitExceeded);
                Assert.InRange(outcome.BalanceCents, -limit, 0);
                Interlocked.Add(ref accepted, outcome.Result == PostResult.Accepted ? 1 : 0);
            }
        });

        Assert.Equal(limit / amount, accepted);
        Assert.Equal(-(limit / amount) * amount, _instances[0].Statement(id).BalanceCents);
        Assert.Equal(accepted, Storage.Query("SELECT count(*) FROM transacoes"));
        Storage.AssertBalanced();
    }

    [Fact]
    public void Read_your_writes_holds_while_others_write()
    {
        ParallelThreads.Run(5, thread =>
        {
            var id = thread + 1;
            for (var number = 1; number <= 500; number++)
            {
                _instances[(thread + number) % 2].Credit(id, 1, $"{number}");
                var statement = _instances[(thread + number + 1) % 2].Statement(id);
                Assert.Equal(number, statement.BalanceCents);
                Assert.Equal($"{number}", statement.Texts()[0]);
            }
        });
    }

    [Fact]
    public void A_statement_is_one_snapshot()
    {
        for (var round = 0; round < 30; round++)
        {
            _instances[0].Reset();
            var writing = 2;
            var read = 0;

            // Up to ten transactions are all in the statement, so their sum is the balance.
            void Write(int instance)
            {
                for (var count = 0; count < 5; count++)
                {
                    _instances[instance].Post(1, (TransactionKind)(count % 2), 1 + count, "x");
                }

                Interlocked.Decrement(ref writing);
            }

            void Read(int instance)
            {
                do
                {
                    var statement = _instances[instance].Statement(1);
                    Assert.Equal(statement.BalanceCents, statement.SumCents());
                    Interlocked.Increment(ref read);
                }
                while (Volatile.Read(ref writing) > 0);
            }

            ParallelThreads.Run(() => Write(0), () => Write(1), () => Read(0), () => Read(1));
            Assert.True(read >= 2);
            Assert.Equal(10, _instances[0].Statement(1).Entries.Length);
        }
    }
}

public sealed class SqliteTwoInstancesTests : TwoInstancesTests<LedgerOnDisk>;

public sealed class PostgresTwoInstancesTests : TwoInstancesTests<LedgerOnPostgres>;

public sealed class CitusTwoInstancesTests : TwoInstancesTests<LedgerOnCitus>;

public sealed class SerializablePostgresTwoInstancesTests : TwoInstancesTests<LedgerOnSerializablePostgres>;
