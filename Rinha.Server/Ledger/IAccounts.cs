namespace Rinha.Server.Ledger;

// The accounts, for an operator. A change is on the disk when the call returns, and every instance sees it at once.
internal interface IAccounts
{
    // Calls back for each account, in order of id: its id, limit and balance in cents, number of transactions.
    void List(Action<long, long, long, long> account);

    // Adds accounts with a limit of 0 to Limits.AmountCentsMax, all or none: ids from 1 to Limits.AccountIdMax,
    // at most Limits.AccountsAddedMax of them. RefusalException: one of them exists.
    void Add(long firstId, long lastId, long limitCents);

    // Gives an account another limit, 0 to Limits.AmountCentsMax. RefusalException: no such account, or its balance is
    // below minus the limit.
    void SetLimit(long id, long limitCents);
}
