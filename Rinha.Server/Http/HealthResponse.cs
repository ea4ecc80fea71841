using System.Text.Json.Serialization;
using Rinha.Server.Ledger;

namespace Rinha.Server.Http;

/// <summary>The answer of <c>GET /health</c> and of <c>GET /health/live</c>.</summary>
/// <param name="Status"><c>healthy</c>, <c>unhealthy</c> or <c>alive</c>.</param>
/// <param name="Timestamp">When.</param>
/// <param name="Reason">What is wrong, when something is.</param>
internal readonly record struct HealthResponse(
    [property: JsonPropertyName("status")] string Status,
    [property: JsonPropertyName("timestamp"), JsonConverter(typeof(TimestampConverter))] Timestamp Timestamp,
    [property: JsonPropertyName("reason"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    string? Reason = null);
