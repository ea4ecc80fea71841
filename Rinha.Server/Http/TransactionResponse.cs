using System.Text.Json.Serialization;

namespace Rinha.Server.Http;

/// <summary>The answer to an accepted transaction (contest API).</summary>
/// <param name="LimitCents"><c>limite</c>: the account's limit.</param>
/// <param name="BalanceCents"><c>saldo</c>: the balance after the transaction.</param>
internal readonly record struct TransactionResponse(
    [property: JsonPropertyName("limite")] long LimitCents,
    [property: JsonPropertyName("saldo")] long BalanceCents);
