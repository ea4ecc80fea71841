using System.Text.Json.Serialization;
using Rinha.Server.Ledger;

namespace Rinha.Server.Http;

/// <summary>The answer of <c>GET /health</c>.</summary>
internal readonly record struct HealthResponse(
    [property: JsonPropertyName("status")] string Status,
    [property: JsonPropertyName("timestamp"), JsonConverter(typeof(TimestampConverter))] Timestamp Timestamp);
