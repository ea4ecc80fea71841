namespace Rinha.Server.Ledger;

/// <summary>A transaction to post, and, once it is accepted, the account as it left it.</summary>
public sealed class PendingPost : PendingWrite
{
    /// <summary>Whose balance changes; any number, known or not.</summary>
    public long AccountId { get; set; }

    /// <summary>Credit or debit.</summary>
    public TransactionKind Kind { get; set; }

    /// <summary>1 to <see cref="Limits.AmountCentsMax"/>.</summary>
    public long AmountCents { get; set; }

    /// <summary>A valid description.</summary>
    public Description Description { get; set; }

    /// <summary>
    /// The balance after this transaction, in cents; set when the result is <see cref="PostResult.Accepted"/>.
    /// </summary>
    public long BalanceCents { get; set; }

    /// <summary>The account's limit in cents; set when the result is <see cref="PostResult.Accepted"/>.</summary>
    public long LimitCents { get; set; }
}
