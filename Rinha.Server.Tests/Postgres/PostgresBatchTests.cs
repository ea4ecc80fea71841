using Npgsql;

namespace Rinha.Server.Tests.Postgres;

// What is written in one transaction or read in one round trip, and what a lost connection leaves. The test's own lock
// keeps the first ones waiting while more are queued.
public sealed class PostgresBatchTests : LedgerContract<LedgerOnPostgres>
{
    private const string RowLock = "SELECT 1 FROM clientes WHERE id = 1 FOR UPDATE";

    [Fact]
    public async Task Posts_that_wait_together_are_judged_in_order_in_one_transaction()
    {
        var outcomes = await PostAll(
            new(1, 10), new(1, -100_011), new(1, -100_010), new(6, 1), new(2, 7), new(1, -1), new(1, 5), new(1, -5));

        Assert.Equal(
            [
                new(PostResult.Accepted, 10, 100_000),
                PostResult.LimitExceeded,
                new(PostResult.Accepted, -100_000, 100_000),
                PostResult.UnknownAccount,
                new(PostResult.Accepted, 7, 80_000),
                PostResult.LimitExceeded,
                new(PostResult.Accepted, -99_995, 100_000),
                new(PostResult.Accepted, -100_000, 100_000),
            ],
            outcomes);
        Assert.Equal(2, Storage.Query("SELECT count(DISTINCT xmin::text) FROM transacoes")); // The first, the others.
        Storage.AssertBalanced();
    }

    [Fact]
    public async Task Keys_in_one_batch_are_each_accounts_own_and_applied_once()
    {
        Request[] requests =
        [
            new(2, 5, "key"), new(2, 5, "key"), new(2, 6, "key"), new(3, 5, "key"), new(6, 5, "key"),
            new(2, -80_006, "no"), new(2, 1), new(2, -80_006, "no"),
        ];
        var outcomes = await PostAll([new(1, 1), .. requests]);

        WriteOutcome[] expected =
        [
            new(PostResult.Accepted, 5, 80_000, Sequence: 1),
            new(PostResult.Accepted, 5, 80_000, Sequence: 1, IsReplay: true),
            PostResult.KeyReused,
            new(PostResult.Accepted, 5, 1_000_000, Sequence: 1),
            PostResult.UnknownAccount,
            PostResult.LimitExceeded,
            new(PostResult.Accepted, 6, 80_000),
            new(PostResult.LimitExceeded, IsReplay: true),
        ];
        Assert.Equal(expected, outcomes[1..]);
        Assert.Equal(3, Storage.Query("SELECT count(*) FROM chaves"));
        Storage.AssertBalanced();

        var other = Storage.Open();
        Assert.Equal(expected[1], await Post(other, requests[0]));
        Assert.Equal(PostResult.KeyReused, (await Post(other, new(2, -5, "key"))).Result);
        Assert.Equal(expected[3] with { IsReplay = true }, await Post(other, requests[3]));
        Assert.Equal(expected[7], await Post(other, requests[5]));

        // Each account's own among those of one batch, too.
        outcomes = await PostAll(new(1, 1), requests[0], requests[3]);
        Assert.Equal([expected[1], expected[3] with { IsReplay = true }], outcomes[1..]);
    }

    [Fact]
    public async Task A_reset_separates_the_posts_before_and_after_it()
    {
        await Post(Ledger, new(2, 100, "key"));
        Task<WriteOutcome> first, post, reset, last;
        await using (await Lock(RowLock))
        {
            first = Post(Ledger, new(1, 1));
            WaitForWriter();
            post = Post(Ledger, new(2, 10, "other"));
            reset = Ledger.WriteAsync(new PendingReset()).AsTask();
            last = Post(Ledger, new(2, 10, "key"));
        }

        Assert.Equal(PostResult.Accepted, (await first).Result);
        Assert.Equal(PostResult.Accepted, (await reset).Result);
        await Task.Yield(); // Leave the writer's thread.
        Assert.Equal(new WriteOutcome(PostResult.Accepted, 110, 80_000, Sequence: 2), await post);
        Assert.Equal(new WriteOutcome(PostResult.Accepted, 10, 80_000, Sequence: 1), await last);
        Storage.AssertBalanced();
    }

    [Fact]
    public async Task A_session_that_PostgreSQL_ends_before_the_answer_costs_no_post()
    {
        Task<WriteOutcome> post;
        await using (await Lock(RowLock))
        {
            post = Post(Ledger, new(1, 1));
            WaitForWriter();
            Storage.EndConnections();
            WaitForWriter(); // The retry, on another connection.
        }

        Assert.Equal(new WriteOutcome(PostResult.Accepted, 1, 100_000), await post);
        Storage.AssertBalanced();
    }

    [Fact]
    public async Task A_session_that_ends_in_the_commit_leaves_the_outcome_unknown()
    {
        _ = Ledger;
        Storage.Execute("""
            CREATE FUNCTION morre() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(9); RETURN NULL; END';
            CREATE CONSTRAINT TRIGGER morre AFTER INSERT ON transacoes DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION morre()
            """);
        Assert.Equal(PostResult.OutcomeUnknown, (await Post(Ledger, new(1, 1))).Result);

        Storage.Execute("DROP TRIGGER morre ON transacoes");
        Assert.Equal(new WriteOutcome(PostResult.Accepted, 1, 100_000), await Post(Ledger, new(1, 1)));
        Storage.AssertBalanced();
    }

    [Fact]
    public async Task An_error_of_the_commit_is_a_certain_failure()
    {
        _ = Ledger;
        Storage.Execute("""
            CREATE FUNCTION falha() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''falha''; END';
            CREATE CONSTRAINT TRIGGER falha AFTER INSERT ON transacoes DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION falha()
            """);
        Assert.Equal(PostResult.StorageFailed, (await Post(Ledger, new(1, 1))).Result);

        Storage.Execute("DROP TRIGGER falha ON transacoes");
        Assert.Equal(new WriteOutcome(PostResult.Accepted, 1, 100_000), await Post(Ledger, new(1, 1)));
        Storage.AssertBalanced();
    }

    // The notice makes PostgreSQL send the result before the commit, which takes longer than a command may.
    [Fact]
    public async Task A_commit_that_takes_too_long_leaves_the_outcome_unknown()
    {
        _ = Ledger;
        Storage.Execute($"""
            CREATE FUNCTION dorme() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN RAISE NOTICE ''result''; PERFORM pg_sleep({Limits.PostgresCommandSeconds + 30}); RETURN NULL; END';
            CREATE CONSTRAINT TRIGGER dorme AFTER INSERT ON transacoes DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION dorme()
            """);
        Assert.Equal(PostResult.OutcomeUnknown, (await Post(Ledger, new(1, 1))).Result);
    }

    [Fact]
    public async Task Statements_that_wait_together_are_each_of_their_account()
    {
        for (var id = 1; id <= 5; id++)
        {
            Ledger.Credit(id, id, $"{id}");
        }

        Storage.Execute("UPDATE transacoes SET descricao = '\\xff' WHERE cliente_id = 5");
        List<(long Id, Statement Statement, Task<LookupResult> Read)> reads = [];
        await using (await Lock("LOCK TABLE transacoes IN ACCESS EXCLUSIVE MODE"))
        {
            for (var number = 0; number < 40; number++)
            {
                var (id, statement) = (1 + (number * 5 % 6), new Statement());
                reads.Add((id, statement, Ledger.ReadStatementAsync(id, statement).AsTask()));
            }

            WaitForLocks(Limits.PostgresStatementBatchesMax);
        }

        foreach (var (id, statement, read) in reads)
        {
            var expected = id == 5 ? LookupResult.StorageFailed
                : id == 6 ? LookupResult.UnknownAccount
                : LookupResult.Found;
            Assert.Equal(expected, await read);
            if (id < 5)
            {
                Assert.Equal(id, statement.BalanceCents);
                Assert.Equal([$"{id}"], statement.Texts());
            }
        }
    }

    // Posts the first, which waits for its account's lock, then queues the others, and returns all outcomes.
    private async Task<WriteOutcome[]> PostAll(params Request[] requests)
    {
        List<Task<WriteOutcome>> posts = [];
        await using (await Lock(RowLock))
        {
            posts.Add(Post(Ledger, requests[0]));
            WaitForWriter();
            posts.AddRange(requests.Skip(1).Select(request => Post(Ledger, request)));
        }

        return await Task.WhenAll(posts);
    }

    private static Task<WriteOutcome> Post(ILedger ledger, Request request) => ledger.PostAsync(
        request.Account,
        request.Cents < 0 ? TransactionKind.Debit : TransactionKind.Credit,
        Math.Abs(request.Cents),
        "text",
        request.Key);

    // Holds a lock until it is disposed.
    private async Task<NpgsqlConnection> Lock(string sql)
    {
        _ = Ledger; // Creates the tables.
        var connection = await Storage.TestSource.OpenConnectionAsync();
        await using var locking = new NpgsqlCommand($"BEGIN; {sql}", connection);
        await locking.ExecuteNonQueryAsync();
        return connection;
    }

    private void WaitForWriter() => WaitForLocks(1);

    private void WaitForLocks(int count) => Wait.Until(
        () => Storage.Query($"""
            SELECT count(*) FROM pg_stat_activity
            WHERE application_name = '{Storage.Schema}' AND wait_event_type = 'Lock'
            """) == count,
        $"{count} connections wait for a lock");

    private sealed record Request(long Account, long Cents, string? Key = null);
}
