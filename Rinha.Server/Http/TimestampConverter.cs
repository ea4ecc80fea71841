using System.Globalization;
using System.Text.Json;
using Rinha.Server.Ledger;

namespace Rinha.Server.Http;

/// <summary>Writes <c>2024-01-17T02:34:41.217753Z</c>: ISO 8601, UTC, always six decimals.</summary>
internal sealed class TimestampConverter : WriteOnlyConverter<Timestamp>
{
    private const int LengthMax = 32;

    /// <summary>Writes a timestamp as a string value.</summary>
    public static void Write(Utf8JsonWriter writer, Timestamp value)
    {
        Span<byte> text = stackalloc byte[LengthMax];
        _ = value.ToUtc().TryFormat(
            text, out var length, "yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
        writer.WriteStringValue(text[..length]);
    }

    public override void Write(Utf8JsonWriter writer, Timestamp value, JsonSerializerOptions options) =>
        Write(writer, value);
}
