using Rinha.Server.Ledger;
using Rinha.Server.Sqlite;

namespace Rinha.Bench.Sqlite;

/// <summary>
/// One of two that write to the same file, each with a connection and a gate of its own as two processes have. Without
/// the gate SQLite's busy handler does the waiting.
/// </summary>
internal sealed class Contender : IDisposable
{
    private readonly WriteTransaction _transaction;
    private readonly Gate? _gate;
    private readonly PendingPost[] _posts;
    private int _number;

    public Contender(LedgerFile file, bool withGate, int batch)
    {
        _transaction = new WriteTransaction(file);
        _gate = withGate ? new Gate(file.Path) : null;
        _posts = SamplePosts.Make(batch);
    }

    /// <summary>Pages in the write-ahead log after the last turn.</summary>
    public int WalPages => _transaction.WalPages;

    /// <summary>Commits one batch.</summary>
    public void TakeTurn()
    {
        _gate?.Enter();
        Expect.That(_transaction.Begin(waits: true) == BeginResult.Begun, "the transaction begins");
        foreach (var post in _posts)
        {
            SamplePosts.Set(post, _number++);
            Expect.That(_transaction.Apply(post) == PostResult.Accepted, "the post is accepted");
        }

        Expect.That(_transaction.TryCommit(), "the transaction is committed");
        _gate?.Exit();
    }

    public void Dispose()
    {
        _gate?.Dispose();
        _transaction.Dispose();
    }
}
