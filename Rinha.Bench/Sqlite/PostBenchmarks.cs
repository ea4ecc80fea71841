using System.Diagnostics.CodeAnalysis;
using Rinha.Server.Ledger;
using Rinha.Server.Sqlite;

namespace Rinha.Bench.Sqlite;

/// <summary>Posts transactions, a number of them in each commit; the figures are per transaction.</summary>
public class PostBenchmarks : IDisposable
{
    private const int Posts = 64;

    private readonly PendingPost[] _posts = SamplePosts.Make(Posts);
    private readonly ValueTask<PostResult>[] _writes = new ValueTask<PostResult>[Posts];
    private readonly Countdown _countdown = new();
    private LedgerScratch _scratch = null!;
    private WriteTransaction _transaction = null!;
    private CommandConnection _commands = null!;
    private Gate _gate = null!;
    private SqliteLedger _ledger = null!;
    private Action _signal = null!;
    private int _number;

    /// <summary>Transactions in a commit.</summary>
    [Params(1, 4, 16, 64)]
    public int Batch { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _scratch = new LedgerScratch();
        _gate = new Gate(_scratch.File.Path);
        _transaction = new WriteTransaction(_scratch.File);
        _commands = new CommandConnection(_scratch.File.Path);
        _ledger = _scratch.Open();
        _signal = _countdown.Signal;

        RawStatements();
        _scratch.ExpectTransactions(Posts);
        SqliteCommands();
        _scratch.ExpectTransactions(2 * Posts);
        WholeLedger();
        _scratch.ExpectTransactions(3 * Posts);
    }

    /// <summary>As the server's writer does it: gate, transaction, raw statements, commit.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Posts)]
    public void RawStatements()
    {
        for (var batch = 0; batch < Posts; batch += Batch)
        {
            _gate.Enter();
            Expect.That(_transaction.Begin(waits: true) == BeginResult.Begun, "the transaction begins");
            for (var index = batch; index < batch + Batch; index++)
            {
                SamplePosts.Set(_posts[index], _number++);
                ExpectAccepted(_transaction.Apply(_posts[index]));
            }

            Expect.That(_transaction.TryCommit(), "the transaction is committed");
            _gate.Exit();
            _scratch.Committed();
        }
    }

    /// <summary>The same with Microsoft.Data.Sqlite.</summary>
    [Benchmark(OperationsPerInvoke = Posts)]
    public void SqliteCommands()
    {
        for (var batch = 0; batch < Posts; batch += Batch)
        {
            _gate.Enter();
            _commands.Begin();
            for (var index = batch; index < batch + Batch; index++)
            {
                SamplePosts.Set(_posts[index], _number++);
                ExpectAccepted(_commands.Apply(_posts[index]));
            }

            _commands.Commit();
            _gate.Exit();
            _scratch.Committed();
        }
    }

    /// <summary>
    /// The whole way of a write: queue, hand-over to the writer's thread, commit, completion. So many are on their way
    /// at once; the writer decides how many of them share a commit.
    /// </summary>
    [Benchmark(OperationsPerInvoke = Posts)]
    [SuppressMessage("Reliability", "CA2012", Justification = "Kept until the countdown says that it has a result.")]
    public void WholeLedger()
    {
        for (var batch = 0; batch < Posts; batch += Batch)
        {
            _countdown.Start(Batch);
            for (var index = batch; index < batch + Batch; index++)
            {
                SamplePosts.Set(_posts[index], _number++);
                _writes[index] = _ledger.WriteAsync(_posts[index]);
                _writes[index].GetAwaiter().UnsafeOnCompleted(_signal);
            }

            _countdown.Wait();
            for (var index = batch; index < batch + Batch; index++)
            {
                ExpectAccepted(_writes[index].Result);
            }
        }
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _ledger?.Dispose();
        _commands?.Dispose();
        _transaction?.Dispose();
        _gate?.Dispose();
        _scratch?.Dispose();
        _countdown.Dispose();
    }

    private static void ExpectAccepted(PostResult result) =>
        Expect.That(result == PostResult.Accepted, "it is accepted");
}
