namespace Rinha.LoadTest.Check;

/// <summary>The balances of all clients at a moment when nothing was under way, in cents, by client.</summary>
/// <param name="BalancesCents">Client 1 first.</param>
internal sealed record LedgerState(IReadOnlyList<long> BalancesCents)
{
    /// <summary>Whether no client's statement listed a transaction.</summary>
    public bool ListsNothing { get; init; }

    /// <summary>Whether nothing was ever posted.</summary>
    public bool IsEmpty => ListsNothing && BalancesCents.All(balanceCents => balanceCents == 0);
}
