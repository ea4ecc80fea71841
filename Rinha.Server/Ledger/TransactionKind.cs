namespace Rinha.Server.Ledger;

/// <summary>Which way the money goes (contest API: <c>tipo</c>).</summary>
public enum TransactionKind
{
    Credit, // Adds to the balance.
    Debit, // Takes from the balance, down to minus the account's limit.
}

// What differs between the kinds, except for what moves the money (Postings, lancar). Every switch names
// every kind, so the compiler reports each one that lacks a new kind.
internal static class TransactionKinds
{
    public static ReadOnlySpan<TransactionKind> All => [TransactionKind.Credit, TransactionKind.Debit];

    // How requests, answers and databases spell the kind: one ASCII letter.
    public static byte Letter(this TransactionKind kind) => kind switch
    {
        TransactionKind.Credit => (byte)'c',
        TransactionKind.Debit => (byte)'d',
    };

    public static bool TryParse(byte letter, out TransactionKind kind)
    {
        foreach (var known in All)
        {
            if (known.Letter() == letter)
            {
                kind = known;
                return true;
            }
        }

        kind = default;
        return false;
    }

    // What a transaction adds to the balance.
    public static long ChangeCents(this TransactionKind kind, long amountCents) => kind switch
    {
        TransactionKind.Credit => amountCents,
        TransactionKind.Debit => -amountCents,
    };

    // The outcome when the account's balance does not allow the transaction.
    public static PostResult Refusal(this TransactionKind kind) => kind switch
    {
        TransactionKind.Credit => PostResult.BalanceOverflow,
        TransactionKind.Debit => PostResult.LimitExceeded,
    };
}
