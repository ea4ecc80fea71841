using Microsoft.AspNetCore.WebUtilities;

namespace Rinha.Server.Http;

// The query of a history page: antes=SEQ&limite=N, both optional.
internal static class HistoryQuery
{
    // Reads the raw query: empty, or with its question mark. False if a value is not a plain integer in its range, or a
    // parameter is repeated or unknown: ignoring a misspelt one would answer the wrong page.
    public static bool TryRead(string query, out long beforeSequence, out int entriesWanted)
    {
        beforeSequence = long.MaxValue;
        entriesWanted = Limits.HistoryEntriesDefault;
        var (hasBefore, hasCount) = (false, false);
        foreach (var parameter in new QueryStringEnumerable(query))
        {
            var value = parameter.DecodeValue().Span;
            switch (parameter.DecodeName().Span)
            {
                case "antes" when !hasBefore && TryReadInteger(value, long.MaxValue, out beforeSequence):
                    hasBefore = true;
                    break;
                case "limite" when !hasCount && TryReadInteger(value, Limits.HistoryEntriesMax, out var count):
                    hasCount = true;
                    entriesWanted = (int)count;
                    break;
                default:
                    return false;
            }
        }

        return true;
    }

    private static bool TryReadInteger(ReadOnlySpan<char> text, long max, out long value) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= 1 && value <= max;
}
