using Microsoft.AspNetCore.WebUtilities;

namespace Rinha.Server.Http;

// Which part of a history is asked for: the query antes=SEQ&limite=N, both optional.
internal static class HistoryQuery
{
    // Reads a query as it was sent, with its question mark, or empty. False if a value is not a plain integer or out of
    // its range, a parameter is given twice, or an unknown one is given: a misspelt one would otherwise get the wrong
    // page.
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
