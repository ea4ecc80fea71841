using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Rinha.Server.Http;

internal static class MediaTypes
{
    public const string Json = "application/json";
    public const string ProblemJson = "application/problem+json";

    // Whether a request's Content-Type is JSON in UTF-8, its only encoding (RFC 8259 §8.1).
    public static bool IsJson(StringValues contentType) =>
        contentType.Count == 1 && (contentType[0] == Json || IsJsonWithParameters(contentType[0]));

    private static bool IsJsonWithParameters(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var parsed)
        && parsed.MediaType.Equals(Json, StringComparison.OrdinalIgnoreCase)
        && (!parsed.Charset.HasValue || parsed.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
            || parsed.Charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase));
}
