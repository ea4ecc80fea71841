namespace Rinha.Server.Ledger;

/// <summary>
/// The bank's book. Any thread may call any member. What a completed write changed is seen at once by every read that
/// starts after it, in this process and in every other one on the same ledger. Each read sees one snapshot and does not
/// wait for writers.
/// </summary>
public interface ILedger
{
    /// <summary>
    /// Posts a transaction, or resets the ledger, atomically. The task ends when the outcome is final: with
    /// <see cref="PostResult.Accepted"/> after the commit, with anything else but
    /// <see cref="PostResult.OutcomeUnknown"/> when nothing was changed and nothing will be. <paramref name="write"/>
    /// belongs to the ledger until then.
    /// </summary>
    ValueTask<WriteOutcome> WriteAsync(PendingWrite write);

    /// <summary>
    /// The round in which the event loop's writes share a commit; <see langword="null"/> when the ledger takes every
    /// write by <see cref="WriteAsync"/>.
    /// </summary>
    IWriteRound? Round { get; }

    /// <summary>Fills an account's statement; it belongs to the ledger until the task ends.</summary>
    ValueTask<LookupResult> ReadStatementAsync(long accountId, Statement statement);

    /// <summary>
    /// Fills the page that is wanted (<see cref="HistoryPage.Begin"/>); it belongs to the ledger until the task ends.
    /// Pages are cut by sequence: what is posted meanwhile never moves a transaction to another page.
    /// </summary>
    ValueTask<LookupResult> ReadHistoryAsync(long accountId, HistoryPage page);

    /// <summary>Looks an account up; also the health check's real read of the ledger.</summary>
    ValueTask<LookupResult> FindAccountAsync(long accountId);

    WriterState Writer { get; }
}
