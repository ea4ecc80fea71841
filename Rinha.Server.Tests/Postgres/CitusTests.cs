using Microsoft.Extensions.Logging.Abstractions;
using Rinha.Server.Postgres;
using Rinha.Server.Telemetry;

namespace Rinha.Server.Tests.Postgres;

// Where the shards of a ledger are. Those on Citus end a worker's connections, which other tests use too.
[Collection(RunsAlone.Name)]
public sealed class CitusTests
{
    private const long Accounts = 64;

    [Fact]
    public void The_hash_is_that_of_PostgreSQL()
    {
        using var storage = new LedgerOnPostgres();
        foreach (var id in (long[])[0, 1, 2, 5, uint.MaxValue, 1L << 32, 123_456_789_012, Limits.AccountIdMax])
        {
            Assert.Equal(storage.Query($"SELECT hashint8({id})"), PostgresShards.Hash(id));
        }
    }

    [Fact]
    public async Task Each_statement_of_a_batch_and_of_a_read_goes_to_one_shard()
    {
        using var storage = NewStorage();
        using var ledger = new PostgresLedger(
            LedgerOnPostgres.Parse($"{storage.Url}&options=-c%20citus.multi_task_query_log_level%3Derror"),
            NullLogger.Instance);

        var posts = PostToAll(ledger, "key").Concat(PostToAll(ledger, key: null)).Concat(PostToAll(ledger, "key"));
        Assert.All(await Task.WhenAll(posts), outcome => Assert.Equal(PostResult.Accepted, outcome.Result));
        for (var id = 1; id <= Accounts; id++)
        {
            Assert.Equal(2, ledger.Statement(id).BalanceCents);
            Assert.Equal(2, ledger.Page(id, long.MaxValue, 5).Entries.Length);
        }

        Assert.Equal(LookupResult.UnknownAccount, ledger.FindAccount(Accounts + 1));
        Assert.NotEqual(PostResult.Accepted, ledger.Reset()); // It is on all shards, so the setting has an effect.
        storage.AssertBalanced();
    }

    [Fact]
    public async Task Lost_connections_to_the_workers_lose_no_acknowledged_post_and_split_no_batch()
    {
        using var storage = NewStorage();
        var ledger = storage.Ledger;
        var results = new List<PostResult>();
        for (var round = 1; round <= 20; round++)
        {
            var posts = PostToAll(ledger, $"{round}").Concat(PostToAll(ledger, $"again-{round}")).ToList();
            storage.EndWorkersConnections();
            results.AddRange((await Task.WhenAll(posts)).Select(outcome => outcome.Result));
        }

        var accepted = results.Count(result => result == PostResult.Accepted);
        var unknown = results.Count(result => result == PostResult.OutcomeUnknown);
        Assert.Equal(results.Count, accepted + unknown + results.Count(result => result == PostResult.StorageFailed));
        Assert.InRange(storage.Query("SELECT count(*) FROM transacoes"), accepted, accepted + unknown);
        storage.AssertBalanced();

        // Each key tells what became of its post.
        for (var round = 1; round <= 20; round++)
        {
            var posts = PostToAll(ledger, $"{round}").Concat(PostToAll(ledger, $"again-{round}"));
            Assert.All(await Task.WhenAll(posts), outcome => Assert.Equal(PostResult.Accepted, outcome.Result));
        }

        Assert.Equal(2 * 20 * Accounts, storage.Query("SELECT sum(saldo) FROM clientes"));
        Assert.Equal(2 * 20 * Accounts, storage.Query("SELECT count(*) FROM transacoes"));
        storage.AssertBalanced();
    }

    [Fact]
    public void A_worker_lost_before_the_commit_costs_no_post_and_one_lost_in_it_leaves_the_outcome_unknown()
    {
        using var storage = NewStorage();
        for (var round = 1; round <= 3; round++)
        {
            Assert.Equal(round, storage.Ledger.Credit(1, 1).BalanceCents);
            storage.EndWorkersConnections();
        }

        storage.Execute($"""
            CREATE FUNCTION {storage.Schema}.morre() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(9); RETURN NULL; END'
            """);
        storage.Query($"""
            SELECT count(*) FROM run_command_on_shards('transacoes', $$
              CREATE CONSTRAINT TRIGGER morre AFTER INSERT ON %s DEFERRABLE INITIALLY DEFERRED
              FOR EACH ROW EXECUTE FUNCTION {storage.Schema}.morre()$$)
            """);

        Assert.Equal(PostResult.OutcomeUnknown, storage.Ledger.Credit(1, 1).Result);
        Assert.Equal(3, storage.Ledger.Statement(1).BalanceCents);
        storage.AssertBalanced();
    }

    [Fact]
    public void A_row_that_stays_locked_stops_the_posts_of_its_shard_alone()
    {
        using var storage = NewStorage();
        var ledger = (PostgresLedger)storage.Ledger;
        using (var other = storage.TestSource.OpenConnection())
        using (var transaction = other.BeginTransaction())
        {
            using var locking = other.CreateCommand();
            locking.CommandText = "SELECT 1 FROM clientes WHERE id = 1 FOR UPDATE";
            locking.ExecuteNonQuery();

            Assert.Equal(PostResult.Busy, ledger.Credit(1, 1).Result);
            Assert.Equal(PostResult.Accepted, ledger.Credit(3, 1).Result);
            Assert.Equal(WriterState.Ready, ledger.Writer);
            var metrics = new MetricSet();
            ledger.AddTo(metrics);
            var text = Encoding.UTF8.GetString(metrics.ToPrometheus());
            Assert.Equal(0, MetricsText.Parse(text)["rinha_ledger_writable"]);
        }

        Assert.Equal(PostResult.Accepted, ledger.Credit(1, 1).Result);
        storage.AssertBalanced();
    }

    [Fact]
    public void A_ledger_that_is_distributed_otherwise_is_refused()
    {
        using var storage = NewStorage();
        storage.Execute("SELECT undistribute_table('chaves')");
        var refusal = Assert.Throws<RefusalException>(() => storage.Open());
        Assert.Contains("clientes is distributed alone", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_commands_work_on_all_shards()
    {
        using var storage = new LedgerOnCitus();
        using var other = new LedgerOnDisk();
        SampleLedger.Fill(other.Ledger);
        other.Close();
        using var files = new TemporaryDirectory();
        string Run(string database, params string[] arguments) =>
            ServerProcess.Run(arguments, ("DATABASE_URL", database)).AssertSuccess().Output;
        Run(other.FilePath, "export", files.File("ledger.jsonl"));

        Run(storage.Url, "import", files.File("ledger.jsonl"));
        Assert.Contains("sound", Run(storage.Url, "verify"), StringComparison.Ordinal);
        File.WriteAllText(files.File("moved.jsonl"), Run(storage.Url, "export"));
        string[] Rows(string name) => File.ReadAllLines(files.File(name))[1..^1];
        Assert.Equal(Rows("ledger.jsonl"), Rows("moved.jsonl"));
        Run(storage.Url, "accounts", "add", "1000..1999", "--limit", "100");
        Run(storage.Url, "accounts", "set-limit", "1000..1999", "--limit", "50");
        Run(storage.Url, "accounts", "close", "1999");
        Assert.Equal(999 * 50, storage.Query("SELECT sum(limite) FROM clientes WHERE id >= 1000"));
    }

    private static LedgerOnCitus NewStorage()
    {
        var storage = new LedgerOnCitus();
        storage.Execute($"INSERT INTO clientes (id, limite) SELECT id, 0 FROM generate_series(6, {Accounts}) AS id");
        return storage;
    }

    private static IEnumerable<Task<WriteOutcome>> PostToAll(ILedger ledger, string? key) =>
        from id in Enumerable.Range(1, (int)Accounts)
        select ledger.PostAsync(id, TransactionKind.Credit, 1, "x", key);
}
