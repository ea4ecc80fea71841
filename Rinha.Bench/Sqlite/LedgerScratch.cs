using Microsoft.Extensions.Logging.Abstractions;
using Rinha.Server.Ledger;
using Rinha.Server.Sqlite;

namespace Rinha.Bench.Sqlite;

/// <summary>
/// A ledger's file in a directory of its own (TMPDIR says on which disk), gone when disposed. For writers without the
/// server's own loop it keeps the write-ahead log short, beside them as the server does.
/// </summary>
internal sealed class LedgerScratch : IDisposable
{
    // A commit writes three to seven pages: some 4096 pages, the log's length that the server aims at.
    private const int CommitsPerCheckpoint = 1024;

    private readonly string _directory = Directory.CreateTempSubdirectory("rinha-bench-").FullName;
    private readonly Checkpointer _checkpointer;
    private int _commits;

    public LedgerScratch()
    {
        File = LedgerFile.Open(Path.Combine(_directory, "rinha.db"), Synchronous.Normal);
        _checkpointer = new Checkpointer(File, NullLogger.Instance);
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
            SELECT count(*) FROM clientes AS c
            WHERE saldo < -limite
               OR saldo <> (SELECT coalesce(sum(CASE tipo WHEN 'c' THEN valor ELSE -valor END), 0)
                            FROM transacoes WHERE cliente_id = c.id)
               OR ultima_seq <> (SELECT count(*) FROM transacoes WHERE cliente_id = c.id)
            """);
        Expect.That(wrong == 0, "every balance is the sum of its history");
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
