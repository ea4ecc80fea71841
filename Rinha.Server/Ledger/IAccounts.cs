namespace Rinha.Server.Ledger;

/// <summary>
/// The accounts, for an operator. What was changed is on the disk, and every instance sees it at once.
/// </summary>
internal interface IAccounts
{
    /// <summary>Calls for each account, by id: its id, limit and balance in cents, number of transactions.</summary>
    void List(Action<long, long, long, long> account);

    /// <summary>
    /// Adds accounts with a limit of 0 to <see cref="Limits.AmountCentsMax"/>, all or none: ids from 1 to
    /// <see cref="Limits.AccountIdMax"/>, <see cref="Limits.AccountsAddedMax"/> of them at most.
    /// </summary>
    /// <exception cref="RefusalException">One of them exists.</exception>
    void Add(long firstId, long lastId, long limitCents);

    /// <summary>Gives an account another limit, 0 to <see cref="Limits.AmountCentsMax"/>.</summary>
    /// <exception cref="RefusalException">No such account, or its balance is below minus the limit.</exception>
    void SetLimit(long id, long limitCents);
}
