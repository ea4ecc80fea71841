using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging.Abstractions;
using Rinha.Server;
using Rinha.Server.Ledger;
using Rinha.Server.Sqlite;
using Rinha.Server.Sqlite.Locking;
using Rinha.Server.Sqlite.Upkeep;
using Rinha.Server.Sqlite.Writing;
using Rinha.Server.Telemetry;

namespace Rinha.Bench;

// Posts transactions in batches, one commit per batch; results are per transaction.
public class PostBenchmarks : IDisposable
{
    private const int Posts = 64;

    // A commit writes two or three pages, so the WAL grows slightly past the server's target.
    private const int CommitsPerCheckpoint = Limits.CheckpointPages / 2;

    private readonly PendingPost[] _posts = [.. Enumerable.Range(0, Posts).Select(_ => new PendingPost())];
    private readonly ValueTask<WriteOutcome>[] _writes = new ValueTask<WriteOutcome>[Posts];
    private readonly ScratchLedger _scratch = new();
    private readonly Countdown _countdown = new();
    private WriteTransaction _transaction = null!;
    private Checkpointer _checkpointer = null!;
    private Gate _gate = null!;
    private SqliteLedger _ledger = null!;
    private Action _signal = null!;
    private int _number;
    private int _commits;

    [Params(1, 4, 16, 64)]
    public int Batch { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _gate = new Gate(_scratch.File.Path);
        _transaction = new WriteTransaction(_scratch.File);
        var errors = new ThrottledErrorLog(NullLogger.Instance);
        _checkpointer = new Checkpointer(_scratch.File, errors, new LedgerMetrics());
        _ledger = _scratch.Open();
        _signal = _countdown.Signal;
        Transaction();
        _scratch.ExpectTransactions(Posts);
        WholeLedger();
        _scratch.ExpectTransactions(2 * Posts);
    }

    // Like the server's writer: gate, transaction, statements, commit.
    [Benchmark(Baseline = true, OperationsPerInvoke = Posts)]
    public void Transaction()
    {
        for (var batch = 0; batch < Posts; batch += Batch)
        {
            _gate.Enter();
            Expect.That(_transaction.Begin(waits: true) == BeginResult.Begun, "the transaction begins");
            foreach (var post in _posts.AsSpan(batch, Batch))
            {
                Samples.Set(post, _number++);
                Expect.That(_transaction.Apply(post).Result == PostResult.Accepted, "it is accepted");
            }

            Expect.That(_transaction.TryCommit(), "the transaction is committed");
            _gate.Exit();
            if (++_commits % CommitsPerCheckpoint == 0)
            {
                _checkpointer.Request();
            }
        }
    }

    // A write's full path: queue, hand-over to the writer's thread, commit, completion. Keeps Batch writes in flight;
    // the writer decides how many share a commit.
    [Benchmark(OperationsPerInvoke = Posts)]
    [SuppressMessage("Reliability", "CA2012", Justification = "Read only after the countdown, when it has a result.")]
    public void WholeLedger()
    {
        for (var batch = 0; batch < Posts; batch += Batch)
        {
            _countdown.Start(Batch);
            for (var index = batch; index < batch + Batch; index++)
            {
                Samples.Set(_posts[index], _number++);
                _writes[index] = _ledger.WriteAsync(_posts[index]);
                _writes[index].GetAwaiter().UnsafeOnCompleted(_signal);
            }

            _countdown.Wait();
            foreach (var write in _writes.AsSpan(batch, Batch))
            {
                Expect.That(write.Result.Result == PostResult.Accepted, "it is accepted");
            }
        }
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _ledger?.Dispose();
        _transaction?.Dispose();
        _checkpointer?.Dispose();
        _gate?.Dispose();
        _scratch.Dispose();
        _countdown.Dispose();
    }

    // Sleeps without spinning, like the server's threads: spinning would take the core from the writer.
    private sealed class Countdown : IDisposable
    {
        private readonly ManualResetEventSlim _zero = new(initialState: false, spinCount: 0);
        private int _left;

        public void Start(int count)
        {
            _zero.Reset();
            Volatile.Write(ref _left, count);
        }

        public void Signal()
        {
            if (Interlocked.Decrement(ref _left) == 0)
            {
                _zero.Set();
            }
        }

        public void Wait() => Expect.That(_zero.Wait(TimeSpan.FromSeconds(20)), "every write completes");

        public void Dispose() => _zero.Dispose();
    }
}

// Reads a statement of ten transactions from an account with a thousand.
public class StatementBenchmarks : IDisposable
{
    private readonly Statement _statement = new();
    private readonly ScratchLedger _scratch = new();
    private SqliteLedger _ledger = null!;
    private long _number;

    [GlobalSetup]
    public void Setup()
    {
        _scratch.Fill(1000);
        _ledger = _scratch.Open();
        Expect.That(ReadStatement() == LookupResult.Found, "the account is found");
        Expect.That(_statement is { BalanceCents: 0, Entries.Length: Statement.EntriesMax }, "ten are listed");
    }

    // Completes synchronously: a reader never waits.
    [Benchmark]
    public LookupResult ReadStatement()
    {
        var read = _ledger.ReadStatementAsync(1 + (_number++ % Samples.Accounts), _statement);
        return read.IsCompletedSuccessfully ? read.Result : throw new InvalidOperationException("it waits");
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _ledger?.Dispose();
        _scratch.Dispose();
    }
}

// A ledger file in a temporary directory (TMPDIR chooses the disk), deleted when disposed.
internal sealed class ScratchLedger : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("rinha-bench-").FullName;

    public ScratchLedger() => File = LedgerFile.Open(Path.Combine(_directory, "rinha.db"), Synchronous.Normal);

    public LedgerFile File { get; }

    public SqliteLedger Open() => new(File.Path, Synchronous.Normal, NullLogger.Instance);

    public void ExpectTransactions(long count)
    {
        using var database = Database.Open(File.Path);
        Expect.That(database.QueryInt64("SELECT count(*) FROM transacoes") == count, $"there are {count} transactions");
        Expect.That(
            database.QueryInt64("SELECT sum(saldo) FROM clientes")
                == database.QueryInt64("SELECT sum(iif(tipo = 'c', valor, -valor)) FROM transacoes"),
            "the balances are the sum of the history");
    }

    // Posts transactions to every account in one commit.
    public void Fill(int postsPerAccount)
    {
        using var transaction = new WriteTransaction(File);
        Expect.That(transaction.Begin(waits: true) == BeginResult.Begun, "the transaction begins");
        var post = new PendingPost();
        for (var number = 0; number < postsPerAccount * Samples.Accounts; number++)
        {
            Samples.Set(post, number);
            Expect.That(transaction.Apply(post).Result == PostResult.Accepted, "it is accepted");
        }

        Expect.That(transaction.TryCommit(), "the transaction is committed");
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
