using System.Collections.Concurrent;

namespace Rinha.Server.Tests.Fixtures;

/// <summary>Hands every call on to a ledger, and notes on which thread it came. It has no rounds.</summary>
internal class WatchedLedger(ILedger ledger) : ILedger
{
    /// <summary>The threads' names, in the order of the calls.</summary>
    public ConcurrentQueue<string?> Threads { get; } = new();

    /// <summary>Called with the account before a statement is read.</summary>
    public Action<long> BeforeRead { get; set; } = _ => { };

    public WriterState Writer => ledger.Writer;

    public ValueTask<PostResult> WriteAsync(PendingWrite write)
    {
        Note();
        return ledger.WriteAsync(write);
    }

    public ValueTask<LookupResult> ReadStatementAsync(long accountId, Statement statement)
    {
        Note();
        BeforeRead(accountId);
        return ledger.ReadStatementAsync(accountId, statement);
    }

    public ValueTask<LookupResult> ReadHistoryAsync(long accountId, HistoryPage page) =>
        ledger.ReadHistoryAsync(accountId, page);

    public ValueTask<LookupResult> FindAccountAsync(long accountId) => ledger.FindAccountAsync(accountId);

    protected virtual void Note() => Threads.Enqueue(Thread.CurrentThread.Name);
}
