using Microsoft.AspNetCore.Http;

namespace Rinha.Server.Http;

// The request header Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): a client retries a failed request
// under the same key, and it is applied once. The draft writes the key as a string in quotation marks (RFC 9651
// §3.3.3); without them, as most clients write it, it is the same key.
internal static class IdempotencyKey
{
    private const string Header = "Idempotency-Key";
    private const char Quote = '"';

    // Reads the key; null when there is none. False when the header is there but holds no key.
    public static bool TryRead(IHeaderDictionary headers, out string? key)
    {
        key = null;
        if (!headers.TryGetValue(Header, out var values))
        {
            return true;
        }

        if (values.Count != 1 || values[0] is not { } text)
        {
            return false;
        }

        key = text is [Quote, .. var quoted, Quote] ? quoted : text;
        // Quotation marks and backslashes are not allowed, so that each key can be written in both ways.
        return key.Length is >= 1 and <= Limits.IdempotencyKeyLengthMax
            && !key.AsSpan().ContainsAnyExceptInRange('!', '~')
            && !key.AsSpan().ContainsAny(Quote, '\\');
    }
}
