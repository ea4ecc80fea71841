namespace Rinha.Server.Ledger;

/// <summary>Which way the money goes (contest API: <c>tipo</c>, <c>"c"</c> or <c>"d"</c>).</summary>
public enum TransactionKind
{
    /// <summary>Adds to the balance.</summary>
    Credit,

    /// <summary>Takes from the balance, down to minus the account's limit.</summary>
    Debit,
}
