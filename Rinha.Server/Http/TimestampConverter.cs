using Rinha.Server.Ledger;

namespace Rinha.Server.Http;

/// <summary>Writes <c>2024-01-17T02:34:41.217753Z</c>: ISO 8601, UTC, always six decimals.</summary>
internal sealed class TimestampConverter : WriteOnlyConverter<Timestamp>
{
    private const int RoundTripLength = 28; // 2024-01-17T02:34:41.2177530Z

    /// <summary>Writes a timestamp as a string value.</summary>
    public static void Write(Utf8JsonWriter writer, Timestamp value)
    {
        // A standard format, whose seventh decimal is cut off, takes a sixth of the time of a custom one with six.
        Span<byte> text = stackalloc byte[RoundTripLength];
        _ = value.ToUtc().TryFormat(text, out _, "O", CultureInfo.InvariantCulture);
        text[^2] = (byte)'Z';
        writer.WriteStringValue(text[..^1]);
    }

    public override void Write(Utf8JsonWriter writer, Timestamp value, JsonSerializerOptions options) =>
        Write(writer, value);
}
