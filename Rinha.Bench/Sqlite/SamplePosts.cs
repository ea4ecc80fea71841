using Rinha.Server.Ledger;

namespace Rinha.Bench.Sqlite;

/// <summary>
/// Transactions without an end: over all accounts, credits and debits in turns, so that none is refused.
/// </summary>
internal static class SamplePosts
{
    /// <summary>How many accounts there are.</summary>
    public const int Accounts = 5;

    private static readonly Description s_text = Describe("descricao"u8);

    /// <summary>Makes the post the given one of the sequence.</summary>
    public static void Set(PendingPost post, int number)
    {
        post.AccountId = 1 + (number % Accounts);
        // Accounts is odd: every account gets a credit, then a debit.
        post.Kind = number % 2 == 0 ? TransactionKind.Credit : TransactionKind.Debit;
        post.AmountCents = 1;
        post.Description = s_text;
    }

    /// <summary>A number of posts to use again and again.</summary>
    public static PendingPost[] Make(int count) => [.. Enumerable.Range(0, count).Select(_ => new PendingPost())];

    private static Description Describe(ReadOnlySpan<byte> text)
    {
        Expect.That(Description.TryCreate(text, out var description), "the text is a description");
        return description;
    }
}
