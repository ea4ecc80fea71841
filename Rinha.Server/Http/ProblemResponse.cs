using System.Text.Json.Serialization;

namespace Rinha.Server.Http;

/// <summary>
/// The body of an error answer (RFC 9457): <c>type</c> about:blank, so <c>title</c> is the status phrase.
/// </summary>
internal readonly record struct ProblemResponse(
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("title")] string Title,
    [property: JsonPropertyName("status")] int Status,
    [property: JsonPropertyName("detail")] string Detail);
