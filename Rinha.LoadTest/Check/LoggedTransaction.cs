namespace Rinha.LoadTest.Check;

/// <summary>A transaction that was sent, known by its text.</summary>
/// <param name="ClientId">Whose.</param>
/// <param name="SignedCents">What it adds to the balance: negative for a debit.</param>
/// <param name="BalanceCents">The balance after it, as it was acknowledged.</param>
internal readonly record struct LoggedTransaction(int ClientId, int SignedCents, long BalanceCents);
