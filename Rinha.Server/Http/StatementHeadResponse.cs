using System.Text.Json.Serialization;
using Rinha.Server.Ledger;

namespace Rinha.Server.Http;

/// <summary>A statement's <c>saldo</c>: <c>total</c> is the balance, <c>data_extrato</c> when it was read.</summary>
internal readonly record struct StatementHeadResponse(
    [property: JsonPropertyName("total")] long BalanceCents,
    [property: JsonPropertyName("data_extrato"), JsonConverter(typeof(TimestampConverter))] Timestamp ReadAt,
    [property: JsonPropertyName("limite")] long LimitCents);
