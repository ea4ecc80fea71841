using System.Text.Json.Serialization;
using Rinha.Server.Ledger;

namespace Rinha.Server.Http;

/// <summary>One of a statement's <c>ultimas_transacoes</c>.</summary>
internal readonly record struct StatementEntryResponse(
    [property: JsonPropertyName("valor")] long AmountCents,
    [property: JsonPropertyName("tipo"), JsonConverter(typeof(TransactionKindConverter))] TransactionKind Kind,
    [property: JsonPropertyName("descricao"), JsonConverter(typeof(DescriptionConverter))] Description Description,
    [property: JsonPropertyName("realizada_em"), JsonConverter(typeof(TimestampConverter))] Timestamp PostedAt);
