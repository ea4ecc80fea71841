using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Rinha.Server.Postgres;
using Rinha.Server.Telemetry;

namespace Rinha.Server.Tests.Postgres;

// Cases that only PostgreSQL has: schemas, row locks, lost connections, background expiry of keys.
public sealed class PostgresLedgerTests : LedgerContract<LedgerOnPostgres>
{
    private const long MicrosecondsPerHour = 3_600_000_000;

    [Fact]
    public void Instances_that_start_at_the_same_moment_make_one_ledger()
    {
        ParallelThreads.Run(4, _ =>
        {
            using var ledger = new PostgresLedger(Storage.Address, NullLogger.Instance);
            Assert.Equal(PostResult.Accepted, ledger.Credit(1, 1).Result);
        });

        Assert.Equal(4, Ledger.Statement(1).BalanceCents);
        Assert.Equal(5, Storage.Query("SELECT count(*) FROM clientes"));
    }

    [Fact]
    public void A_schema_of_another_version_is_refused()
    {
        _ = Ledger;
        Storage.Close();
        Storage.Execute("UPDATE esquema SET versao = versao + 1");

        var refusal = Assert.Throws<RefusalException>(() => Storage.Open());
        Assert.Contains($"version {PostgresSchema.Versions.Current + 1}", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tables_of_another_program_are_refused_and_left_alone()
    {
        Storage.Execute("CREATE TABLE clientes (nome TEXT)");

        Assert.Throws<RefusalException>(() => Storage.Open());
        Assert.Equal(0, Storage.Query("SELECT count(*) FROM clientes"));
    }

    [Fact]
    public void A_row_that_stays_locked_makes_its_writes_busy_and_nothing_is_changed()
    {
        Ledger.Credit(1, 10);
        using (var connection = Storage.TestSource.OpenConnection())
        using (var transaction = connection.BeginTransaction())
        {
            using var locking = new NpgsqlCommand("SELECT 1 FROM clientes WHERE id = 1 FOR UPDATE", connection);
            locking.ExecuteNonQuery();

            Assert.Equal(PostResult.Busy, Ledger.Credit(1, 1).Result);
            Assert.Equal(WriterState.Locked, Ledger.Writer);
            Assert.Equal(10, Ledger.Statement(1).BalanceCents); // Readers never wait for a lock.
        }

        Assert.Equal(11, Ledger.Credit(1, 1).BalanceCents);
        Assert.Equal(WriterState.Ready, Ledger.Writer);
        Storage.AssertBalanced();
    }

    [Fact]
    public async Task A_post_that_waits_for_a_row_goes_on_from_what_its_holder_has_left()
    {
        Ledger.Credit(1, 10);
        Task<WriteOutcome> post;
        await using (var connection = Storage.TestSource.OpenConnection())
        await using (var transaction = connection.BeginTransaction())
        {
            await using var other = new NpgsqlCommand(
                "SELECT lancar(1, '{1}', '{5}', '{x}', '{}', true, 0)", connection);
            other.ExecuteNonQuery();
            post = Ledger.PostAsync(1, TransactionKind.Credit, 1, "x");
            await Task.Delay(100, TestContext.Current.CancellationToken); // Until it waits.
            Assert.False(post.IsCompleted);
            transaction.Commit();
        }

        var outcome = await post;
        Assert.Equal((PostResult.Accepted, 16), (outcome.Result, outcome.BalanceCents));
        Storage.AssertBalanced();
    }

    [Fact]
    public void Reads_survive_lost_connections()
    {
        Ledger.Credit(1, 7);
        for (var round = 0; round < 10; round++)
        {
            Assert.Equal(7, Ledger.Statement(1).BalanceCents);
            Storage.EndConnections();
        }
    }

    [Fact]
    public async Task After_a_lost_connection_the_outcome_may_be_unknown_and_the_next_write_succeeds()
    {
        var accepted = 0;
        var unknown = 0;
        for (var round = 0; round < 20; round++)
        {
            var posts = Enumerable.Range(0, 8).Select(
                _ => Ledger.PostAsync(2, TransactionKind.Credit, 1, "x")).ToArray();
            Storage.EndConnections();
            foreach (var outcome in await Task.WhenAll(posts))
            {
                Assert.True(outcome.Result is PostResult.Accepted or PostResult.OutcomeUnknown, $"{outcome.Result}");
                accepted += outcome.Result == PostResult.Accepted ? 1 : 0;
                unknown += outcome.Result == PostResult.OutcomeUnknown ? 1 : 0;
            }
        }

        Wait.Until(() => Ledger.Credit(1, 1).Result == PostResult.Accepted, "the ledger recovers");
        Assert.InRange(
            Storage.Query("SELECT count(*) FROM transacoes WHERE cliente_id = 2"), accepted, accepted + unknown);
        Storage.AssertBalanced();
    }

    [Fact]
    public void A_connection_lost_between_writes_fails_no_write()
    {
        _ = Ledger; // In the first round it has not written yet.
        for (var round = 1; round <= 3; round++)
        {
            Storage.EndConnections();
            Thread.Sleep(Limits.PostgresPingAfterMs + 100);
            Assert.Equal(new WriteOutcome(PostResult.Accepted, round, 100_000), Ledger.Credit(1, 1));
        }
    }

    [Fact]
    public void A_connection_that_survives_a_pause_is_reused()
    {
        Ledger.Credit(1, 1);
        var before = Storage.Connections();
        Thread.Sleep(Limits.PostgresPingAfterMs + 100);
        Ledger.Credit(1, 1);

        Assert.Equal(before, Storage.Connections());
    }

    [Fact]
    public async Task Reads_that_use_up_their_connections_do_not_block_a_write()
    {
        Ledger.Credit(1, 1);
        Storage.EndConnections();
        await Task.Delay(Limits.PostgresPingAfterMs + 100, TestContext.Current.CancellationToken);
        Task<LookupResult>[] reads;
        Task<WriteOutcome> post;
        await using (var other = await Storage.TestSource.OpenConnectionAsync(TestContext.Current.CancellationToken))
        {
            await using var transaction = await other.BeginTransactionAsync(TestContext.Current.CancellationToken);
            await using var locking = new NpgsqlCommand("LOCK TABLE transacoes IN ACCESS EXCLUSIVE MODE", other);
            await locking.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            reads = Enumerable.Range(0, 2 * Limits.PostgresReadConnectionsMax)
                .Select(_ => Ledger.ReadHistoryAsync(1, LedgerExtensions.NewPage(long.MaxValue, 1)).AsTask())
                .ToArray();
            post = Ledger.PostAsync(1, TransactionKind.Credit, 1, "x");
            // The first read to complete has failed: the table is locked.
            await Task.WhenAny(reads).WaitAsync(Wait.Timeout, TestContext.Current.CancellationToken);
        }

        Assert.Equal(new WriteOutcome(PostResult.Accepted, 2, 100_000), await post);
        // The reads that got no connection.
        Assert.Contains(LookupResult.StorageFailed, await Task.WhenAll(reads));
    }

    [Theory]
    [InlineData("realizada_em = 9223372036854775807")]
    [InlineData("descricao = '\\xff'")]
    [InlineData("descricao = '01234567890'")]
    public void An_invalid_row_is_not_shown_as_a_transaction(string change)
    {
        Ledger.Credit(1, 1);
        Storage.Execute($"UPDATE transacoes SET {change}");

        Assert.Equal(LookupResult.StorageFailed, Ledger.ReadStatement(1, new Statement()));
        Assert.Equal(
            LookupResult.StorageFailed, Ledger.ReadHistory(1, LedgerExtensions.NewPage(long.MaxValue, 1)));
        Assert.Equal(0, Ledger.Statement(2).BalanceCents);
    }

    [Fact]
    public void A_history_changed_by_another_program_is_a_storage_failure_not_a_lock()
    {
        Ledger.Credit(1, 1);
        Storage.Execute("UPDATE clientes SET ultima_seq = 0 WHERE id = 1");

        Assert.Equal(PostResult.StorageFailed, Ledger.Credit(1, 1).Result);
        Assert.NotEqual(WriterState.Locked, Ledger.Writer);
        Assert.Equal(PostResult.Accepted, Ledger.Credit(2, 1).Result);
        Assert.Equal(WriterState.Ready, Ledger.Writer);
    }

    [Fact]
    public void While_writes_fail_the_writer_says_so_and_recovers_without_one()
    {
        Ledger.Credit(1, 1);
        Storage.Execute("ALTER TABLE transacoes RENAME TO elsewhere; ALTER TABLE esquema RENAME TO nowhere");

        Assert.Equal(PostResult.StorageFailed, Ledger.Credit(1, 1).Result);
        Thread.Sleep(2 * Limits.BusyCheckIntervalMs);
        Assert.Equal(WriterState.Failing, Ledger.Writer);

        Storage.Execute("ALTER TABLE elsewhere RENAME TO transacoes; ALTER TABLE nowhere RENAME TO esquema");
        Wait.Until(() => Ledger.Writer == WriterState.Ready, "a probe succeeds");
        Assert.Equal(PostResult.Accepted, Ledger.Credit(1, 1).Result);
        Storage.AssertBalanced();
    }

    [Fact]
    public void A_role_that_may_not_create_tables_is_refused_with_the_SQL_that_lets_it()
    {
        Storage.Execute($"REVOKE CREATE ON SCHEMA {Storage.Schema} FROM CURRENT_USER");
        var (database, role) = (Storage.Address.Connection.Database, Storage.Address.Connection.Username);

        var refusal = Assert.Throws<RefusalException>(() => Storage.Open());

        Assert.All(
            [
                $"ALTER DATABASE \"{database}\" OWNER TO \"{role}\";",
                $"GRANT USAGE, CREATE ON SCHEMA \"{Storage.Schema}\" TO \"{role}\";",
            ],
            sql => Assert.Contains(sql, refusal.Message, StringComparison.Ordinal));
        Storage.Execute($"GRANT CREATE ON SCHEMA {Storage.Schema} TO CURRENT_USER");
        Assert.Equal(PostResult.Accepted, Storage.Open().Credit(1, 1).Result);
    }

    [Fact]
    public void A_new_account_or_limit_takes_effect_at_once()
    {
        var accounts = new PostgresAccounts(Storage.Address);
        _ = Ledger; // Creates the tables.
        accounts.Add(6, 8, 500);
        Assert.Equal(new WriteOutcome(PostResult.Accepted, -500, 500), Ledger.Debit(7, 500));
        Assert.Equal(PostResult.LimitExceeded, Ledger.Debit(7, 1).Result);

        accounts.SetLimit(7, 7, 600);
        Assert.Equal(new WriteOutcome(PostResult.Accepted, -600, 600), Ledger.Debit(7, 100));
        Assert.Throws<RefusalException>(() => accounts.SetLimit(7, 7, 599));
        Assert.Throws<RefusalException>(() => accounts.SetLimit(9, 9, 1));
        Assert.Throws<RefusalException>(() => accounts.Add(8, 9, 1));

        var ids = new List<long>();
        accounts.List(1, 8, (id, _, _, _) => ids.Add(id));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], ids);
    }

    [Fact]
    public async Task Keys_are_deleted_after_24_hours_and_not_before()
    {
        Post("old");
        Post("new");
        Storage.Execute($"UPDATE chaves SET criada_em = criada_em - {25 * MicrosecondsPerHour} WHERE chave = 'old'");
        Storage.Execute($"UPDATE chaves SET criada_em = criada_em - {23 * MicrosecondsPerHour} WHERE chave = 'new'");

        using var hosts = new PostgresHosts(Storage.Address, NullLogger.Instance);
        using var keys = new KeyHousekeeping(hosts, new ThrottledErrorLog(NullLogger.Instance));
        await keys.RunAsync();

        Assert.False(keys.IsFull);
        Assert.Equal(1, Storage.Query("SELECT count(*) FROM chaves WHERE chave = 'new'"));
        Assert.Equal(1, Storage.Query("SELECT count(*) FROM chaves"));
    }

    [Fact]
    public async Task When_there_are_too_many_keys_only_known_ones_are_answered()
    {
        using var hosts = new PostgresHosts(Storage.Address, NullLogger.Instance);
        Post("first");
        using var keys = new KeyHousekeeping(hosts, new ThrottledErrorLog(NullLogger.Instance), keysMax: 1);
        await keys.RunAsync();
        Assert.True(keys.IsFull);

        using var writer = new PostgresWriter(
            hosts,
            PostgresShards.One,
            shard: 0,
            keys,
            new ThrottledErrorLog(NullLogger.Instance),
            new LedgerMetrics(),
            NullLogger.Instance);
        Assert.Equal(PostResult.TooManyKeys, await Write(writer, "second"));
        Assert.Equal(PostResult.Accepted, await Write(writer, "first"));
        Assert.Equal(PostResult.Accepted, await Write(writer, null));
        Assert.Equal(2, Storage.Query("SELECT count(*) FROM transacoes"));
        Storage.AssertBalanced();
    }

    private static async Task<PostResult> Write(PostgresWriter writer, string? key)
    {
        var outcome = await writer.WriteAsync(new PendingPost
        {
            AccountId = 1,
            Kind = TransactionKind.Credit,
            AmountCents = 1,
            Description = LedgerExtensions.Describe("x"),
            IdempotencyKey = key,
        });
        await Task.Yield(); // Leave the writer's thread.
        return outcome.Result;
    }

    private void Post(string key) =>
        Assert.Equal(PostResult.Accepted, Ledger.Post(1, TransactionKind.Credit, 1, "x", key).Result);
}
