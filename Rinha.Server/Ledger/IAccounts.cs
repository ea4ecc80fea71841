namespace Rinha.Server.Ledger;

/// <summary>
/// The accounts, for an operator. What was changed is on the disk, and every instance sees it at once.
/// </summary>
internal interface IAccounts
{
    /// <summary>Calls for each account, by id: its id, limit and balance in cents, number of transactions.</summary>
    void List(Action<long, long, long, long> account);

    /// <summary>Adds accounts, all or none.</summary>
    /// <param name="firstId">From 1.</param>
    /// <param name="lastId">
    /// <see cref="Limits.AccountIdMax"/> and <see cref="Limits.AccountsAddedMax"/> accounts at most.
    /// </param>
    /// <param name="limitCents">Of each, 0 to <see cref="Limits.AmountCentsMax"/>.</param>
    /// <exception cref="RefusalException">One of them is there already.</exception>
    void Add(long firstId, long lastId, long limitCents);

    /// <summary>Gives an account another limit.</summary>
    /// <param name="id">Whose.</param>
    /// <param name="limitCents">0 to <see cref="Limits.AmountCentsMax"/>.</param>
    /// <exception cref="RefusalException">
    /// There is no such account, or its balance is below minus the limit.
    /// </exception>
    void SetLimit(long id, long limitCents);
}
