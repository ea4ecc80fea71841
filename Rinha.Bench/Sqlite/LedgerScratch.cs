using Microsoft.Extensions.Logging.Abstractions;
using Rinha.Server;
using Rinha.Server.Ledger;
using Rinha.Server.Sqlite;
using Rinha.Server.Telemetry;

namespace Rinha.Bench.Sqlite;

/// <summary>
/// A ledger's file in a directory of its own (TMPDIR says on which disk), gone when disposed. For writers without the
/// server's own loop it keeps the write-ahead log short, beside them as the server does.
/// </summary>
internal sealed class LedgerScratch : IDisposable
{
    // A commit writes two or three pages: a little more than the log's length that the server aims at.
    private const int CommitsPerCheckpoint = Limits.CheckpointPages / 2;

    private readonly string _directory = Directory.CreateTempSubdirectory("rinha-bench-").FullName;
    private readonly Checkpointer _checkpointer;
    private int _commits;

    public LedgerScratch()
    {
        File = LedgerFile.Open(Path.Combine(_directory, "rinha.db"), Synchronous.Normal);
        _checkpointer = new Checkpointer(File, new StorageAlarm(NullLogger.Instance), new LedgerMetrics());
    }

    /// <summary>The file.</summary>
    public LedgerFile File { get; }

    /// <summary>Opens an instance of the whole ledger on it.</summary>
    public SqliteLedger Open() => new(File.Path, Synchronous.Normal, NullLogger.Instance);

    /// <summary>Told of every commit.</summary>
    public void Committed()
    {
        if (++_commits % CommitsPerCheckpoint == 0)
        {
            _checkpointer.Request();
        }
    }

    /// <summary>Fails unless the file keeps the books and has that many transactions.</summary>
    public void ExpectTransactions(long count)
    {
        using var database = Database.Open(File.Path);
        Expect.That(database.QueryInt64("SELECT count(*) FROM transacoes") == count, $"there are {count} transactions");
        var wrong = database.QueryInt64("""
            SELECT count(*) FROM clientes LEFT JOIN
              (SELECT cliente_id, count(*) AS posts, max(seq) AS newest, sum(iif(tipo = 'c', valor, -valor)) AS cents
               FROM transacoes GROUP BY cliente_id) AS history ON history.cliente_id = clientes.id
            WHERE saldo < -limite OR saldo <> ifnull(cents, 0)
               OR ultima_seq <> ifnull(posts, 0) OR ultima_seq <> ifnull(newest, 0)
               OR length(ultimas) <> 58 * min(ultima_seq, 10)
            """);
        Expect.That(wrong == 0, "every balance is the sum of its history, and every client has its newest entries");
    }

    /// <summary>Posts so many transactions to every account in one commit.</summary>
    public void Fill(int postsPerAccount)
    {
        using var transaction = new WriteTransaction(File);
        Expect.That(transaction.Begin(waits: true) == BeginResult.Begun, "the transaction begins");
        var post = new PendingPost();
        for (var number = 0; number < postsPerAccount * SamplePosts.Accounts; number++)
        {
            SamplePosts.Set(post, number);
            Expect.That(transaction.Apply(post) == PostResult.Accepted, "the transaction is accepted");
        }

        Expect.That(transaction.TryCommit(), "the transaction is committed");
    }

    public void Dispose()
    {
        _checkpointer.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
