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
    /// Under which key the client may send the same transaction again without its being posted again: 1 to
    /// <see cref="Limits.IdempotencyKeyLengthMax"/> visible ASCII characters; <see langword="null"/> for none.
    /// </summary>
    public string? IdempotencyKey { get; set; }

    /// <summary>
    /// The balance after this transaction, in cents; set when the result is <see cref="PostResult.Accepted"/>. Of a
    /// transaction sent again it is the balance of the first time.
    /// </summary>
    public long BalanceCents { get; set; }

    /// <summary>The account's limit in cents; set when the result is <see cref="PostResult.Accepted"/>.</summary>
    public long LimitCents { get; set; }
}
