namespace Rinha.Server.Ledger;

// The accounts, for an operator. A change is on the disk when the call returns, and every instance sees it at once.
// Ids are 1 to Limits.AccountIdMax, limits 0 to Limits.AmountCentsMax; a range is changed whole or not at all.
internal interface IAccounts
{
    // Calls back for each account of a range, in order of id: its id, limit and balance in cents, number of
    // transactions.
    void List(long firstId, long lastId, Action<long, long, long, long> account);

    // Adds accounts, at most Limits.AccountsAddedMax. RefusalException: one of them exists.
    void Add(long firstId, long lastId, long limitCents);

    // Gives the range's existing accounts another limit; returns their number. RefusalException: there are none, or the
    // balance of one is below minus the limit.
    long SetLimit(long firstId, long lastId, long limitCents);

    // Removes an account without balance, transactions and keys. RefusalException: it has some, or does not exist.
    void Close(long id);
}

// The refusals, in the same words for every ledger.
internal static class AccountRefusal
{
    public static RefusalException Exists(long? id) => new($"account {id} already exists; no account was added");

    public static RefusalException Missing(long firstId, long lastId) => new(
        firstId == lastId ? $"there is no account {firstId}" : $"there is no account in {firstId}..{lastId}");

    public static RefusalException BelowLimit(long? id, long? balanceCents, long limitCents) => new(
        $"account {id} has a balance of {balanceCents} cents, below minus the limit of {limitCents}; "
        + "no limit was changed");

    public static RefusalException NotClosable(long id, long? balanceCents, long? transactions) => new(
        $"account {id} was not closed: " + (transactions, balanceCents) switch
        {
            ( > 0, _) => $"it has {transactions} transactions, and the ledger keeps its whole history",
            (_, not 0) => $"it has a balance of {balanceCents} cents",
            _ => $"it has idempotency keys, which are kept for {Limits.IdempotencyKeptHours} hours",
        });
}
