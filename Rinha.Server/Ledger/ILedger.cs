namespace Rinha.Server.Ledger;

/// <summary>
/// The bank's book. Any thread may call any member. What a completed write changed is seen at once by every read that
/// starts after it, in this process and in every other one on the same ledger.
/// </summary>
public interface ILedger
{
    /// <summary>
    /// Posts a transaction, or resets the ledger, atomically. The task ends when the outcome is final: with
    /// <see cref="PostResult.Accepted"/> after the commit, with anything else but
    /// <see cref="PostResult.OutcomeUnknown"/> when nothing was changed and nothing will be. <paramref name="write"/>
    /// belongs to the ledger until then.
    /// </summary>
    ValueTask<PostResult> WriteAsync(PendingWrite write);

    /// <summary>Reads an account's statement, from one snapshot, without waiting for writers.</summary>
    /// <param name="accountId">Whose.</param>
    /// <param name="statement">Is filled; it belongs to the ledger until the task ends.</param>
    ValueTask<LookupResult> ReadStatementAsync(long accountId, Statement statement);

    /// <summary>
    /// Reads a page of an account's history, from one snapshot, without waiting for writers. What is posted meanwhile
    /// never moves a transaction to another page: pages are cut by sequence.
    /// </summary>
    /// <param name="accountId">Whose.</param>
    /// <param name="page">
    /// Says what is wanted (<see cref="HistoryPage.Begin"/>), and is filled; it belongs to the ledger until the task
    /// ends.
    /// </param>
    ValueTask<LookupResult> ReadHistoryAsync(long accountId, HistoryPage page);

    /// <summary>Whether writes can be expected to be taken.</summary>
    WriterState Writer { get; }

    /// <summary>Looks an account up; also the health check's real read of the ledger.</summary>
    ValueTask<LookupResult> FindAccountAsync(long accountId);
}
